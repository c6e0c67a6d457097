import { empty } from "./answer.ts";
import { type Call, send } from "./call.ts";

const SLOW_MS = 15_000;

/** GET /health, GET|POST /ping: reads a flag, asks nothing of the engine. */
export async function health(call: Call): Promise<void> {
  const { exchange, fault, backend } = call;
  if (fault?.name === "slow-health") await exchange.pause(SLOW_MS);
  if (exchange.over) return;
  // vLLM ≥ 0.11 answers 503 for a dead engine, older ones 500; both are empty.
  const dead = backend.settings.errorBodies === "flat" ? 500 : 503;
  send(call, empty(fault?.name === "engine-dead" ? dead : 200));
}
