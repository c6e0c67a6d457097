import type { FaultName } from "../faults/catalogue.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Call } from "./call.ts";
import type { Run } from "./engine.ts";
import { ENGINE_DEAD, SHUT_DOWN, type VllmError } from "./error-body.ts";
import { Refusal } from "./refusal.ts";

const NO_CHAT_TEMPLATE: VllmError = {
  status: 400,
  type: "BadRequestError",
  message:
    "As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template " +
    "if the tokenizer does not define one.",
};

/** Faults that answer with an error instead of the engine's work. */
const REFUSALS: Partial<Record<FaultName, VllmError>> = {
  "engine-dead": ENGINE_DEAD,
  "engine-dead-500": ENGINE_DEAD,
  "engine-dead-unnoticed": ENGINE_DEAD,
  "shutting-down": SHUT_DOWN,
  // Often that is all vLLM says when generate() failed.
  "engine-error": { status: 500, type: "EngineGenerateError", message: "" },
};

/** Faults that take the request in and never answer it. */
const SWALLOWED: Partial<Record<FaultName, (exchange: Exchange, run: Run) => void | Promise<void>>> = {
  reset: (exchange) => exchange.cut("reset"),
  close: (exchange) => exchange.cut("end"),
  hang: (exchange) => exchange.silence(),
  deadlock: (exchange, run) => {
    run.queue();
    return exchange.silence();
  },
};

/**
 * Hands a request to the engine. Undefined = there is nothing left to answer: the fault in force swallowed it,
 * or the client has left.
 */
export async function enterEngine(call: Call): Promise<Run | undefined> {
  const { exchange, backend, fault } = call;
  const refusal = refusalOf(call);
  if (refusal !== undefined) throw new Refusal(refusal);
  if (fault?.name === "no-chat-template" && exchange.path === "/v1/chat/completions") {
    throw new Refusal(NO_CHAT_TEMPLATE);
  }
  await untilLoaded(call);
  if (exchange.over) return undefined;
  const run = backend.engine.begin();
  exchange.onOver((end) => {
    run.end("abort");
    if (end === "completed" && run.isWhole) call.used(run.tokens);
  });
  const swallow = fault && SWALLOWED[fault.name];
  if (swallow !== undefined) {
    await swallow(exchange, run);
    return undefined;
  }
  if (fault?.name === "asleep") await untilAwake(call, run);
  return exchange.over ? undefined : run;
}

async function untilLoaded({ exchange, backend: { engine } }: Call): Promise<void> {
  while (engine.stage !== "serving" && !exchange.over) await exchange.until((wake) => engine.onChange(wake));
}

function refusalOf({ fault, backend: { dialect, engine } }: Call): VllmError | undefined {
  if (engine.ended !== undefined) return engine.ended === "dead" ? ENGINE_DEAD : SHUT_DOWN;
  if (fault?.name === "overloaded") return dialect.overload;
  if (fault?.name === "asleep") return dialect.asleep;
  return fault && REFUSALS[fault.name];
}

/** vLLM ≥ 0.17 pauses the scheduler: requests wait to be woken up. Before, they crashed the engine. */
async function untilAwake({ exchange, backend }: Call, run: Run): Promise<void> {
  run.queue();
  await exchange.until((wake) => backend.faults.onChange(wake));
  run.admit();
}
