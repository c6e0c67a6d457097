import type { FaultName } from "../faults/catalogue.ts";
import { type Call, serverHeaders } from "./call.ts";
import type { FinishReason } from "./engine.ts";
import { ENGINE_DEAD } from "./error-body.ts";
import { drainsNow, type Generation } from "./generation.ts";
import { Pace } from "./pace.ts";

/** The events of one kind of stream, as JSON texts. `made` = tokens made so far, for continuous usage. */
export interface Events {
  /** Before the first token: the role chunk of a chat. */
  readonly opening: readonly string[];
  token(text: string, made: number): string;
  ending(reason: FinishReason, made: number): readonly string[];
}

/** What a fault does to a stream before its next event. */
type Disturbance = "silence" | "cut" | "error" | "none";

const MID_STREAM: Partial<Record<FaultName, Disturbance>> = {
  "error-mid-stream": "error",
  "hang-mid-stream": "silence",
  "cut-mid-stream": "cut",
};

/** Sends a generation as server-sent events, one TCP write each. */
export async function streamGeneration(call: Call, generation: Generation, events: Events): Promise<void> {
  const { exchange, backend } = call;
  // Status and headers leave before the first token (Starlette starts the response, then iterates).
  exchange.begin(200, { ...serverHeaders(backend), "content-type": "text/event-stream; charset=utf-8" });
  const pace = new Pace(call);
  await pace.first();
  let sent = 0;
  for await (const event of allEvents(call, { generation, events, pace })) {
    if (exchange.over) return;
    const disturbance = disturb(call, sent);
    if (disturbance === "silence") return exchange.silence();
    if (disturbance === "cut") return exchange.cut("destroy");
    if (disturbance === "error") return sendError(call, generation);
    await exchange.write(`data: ${event}\n\n`);
    sent += 1;
  }
  exchange.finish("data: [DONE]\n\n");
}

interface Stream {
  readonly generation: Generation;
  readonly events: Events;
  readonly pace: Pace;
}

async function* allEvents(call: Call, { generation, events, pace }: Stream): AsyncGenerator<string> {
  yield* events.opening;
  let made = 0;
  for (; made < generation.length && !call.exchange.over && !drainsNow(call); made += 1) {
    await pace.next();
    generation.run.generated(1);
    yield events.token(generation.token(made), made + 1);
  }
  const reason = made < generation.length ? "abort" : generation.reason;
  generation.run.end(reason);
  for (const event of events.ending(reason, made)) {
    await call.exchange.turn();
    yield event;
  }
  await call.exchange.turn();
}

function disturb({ fault }: Call, sent: number): Disturbance {
  if (fault?.name === "error-first-event") return "error";
  if (fault === undefined || sent < fault.after) return "none";
  return MID_STREAM[fault.name] ?? "none";
}

/** The error is followed by [DONE] in every version: [DONE] does not mean success. */
async function sendError({ exchange, backend }: Call, { run }: Generation): Promise<void> {
  run.end("error");
  const data = JSON.stringify(backend.dialect.errorEvent(ENGINE_DEAD, backend.settings));
  await exchange.write(`data: ${data}\n\n`);
  await exchange.turn();
  exchange.finish("data: [DONE]\n\n");
}
