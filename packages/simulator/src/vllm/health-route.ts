import type { FaultName } from "../faults/catalogue.ts";
import type { Answer } from "./answer.ts";
import { type Call, type Route, send } from "./call.ts";

const DEAD: ReadonlySet<FaultName> = new Set(["engine-dead", "engine-dead-500", "shutting-down"]);

const SLOW_MS = 15_000;

/** A health route of any kind of server: its answer, after the time that a fault makes it take. */
export function healthRoute(answer: (call: Call) => Answer): Route {
  return async (call) => {
    if (call.fault?.name === "slow-health") await call.exchange.pause(SLOW_MS);
    send(call, answer(call));
  };
}

/** Whether the engine behind the server has died and the server knows it. */
export function engineDied({ fault, backend }: Call): boolean {
  return backend.engine.ended !== undefined || (fault !== undefined && DEAD.has(fault.name));
}
