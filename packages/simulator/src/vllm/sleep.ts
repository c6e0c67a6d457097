import type { FaultName } from "../faults/catalogue.ts";
import { empty, json } from "./answer.ts";
import { type Call, send } from "./call.ts";

/** An engine in one of these states answers nothing, its own routes included. */
const STUCK: ReadonlySet<FaultName> = new Set(["hang", "deadlock", "frozen-metrics", "engine-stopped"]);

/** GET /is_sleeping: unlike /health it asks the engine, so that a hung one leaves it without an answer. */
export async function isSleeping(call: Call): Promise<void> {
  const { exchange, fault } = call;
  if (fault !== undefined && STUCK.has(fault.name)) return exchange.silence();
  send(call, json(200, { is_sleeping: fault?.name === "asleep" }));
}

/** POST /sleep */
export function sleep(call: Call): void {
  call.backend.faults.set("asleep");
  send(call, empty(200));
}

/** POST /wake_up */
export function wakeUp(call: Call): void {
  const { faults } = call.backend;
  if (faults.current?.name === "asleep") faults.set(null);
  send(call, empty(200));
}
