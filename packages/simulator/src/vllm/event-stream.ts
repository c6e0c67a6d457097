import type { FaultName } from "../faults/catalogue.ts";
import { type Call, serverHeaders, trailingHeaders } from "./call.ts";
import type { EngineEnd } from "./engine.ts";
import { ENGINE_DEAD, type VllmError } from "./error-body.ts";
import type { AnswerFormat, StreamEvent, StreamFormat, Subject } from "./formats/answer-format.ts";
import type { Generation } from "./generation.ts";
import { interruption } from "./interruption.ts";
import { Pace } from "./pace.ts";

/** What a fault does to a stream before its next event. */
type Disturbance = "silence" | "cut" | "error" | "none";

const MID_STREAM: Partial<Record<FaultName, Disturbance>> = {
  "error-mid-stream": "error",
  "hang-mid-stream": "silence",
  "cut-mid-stream": "cut",
};

export interface Streamed {
  readonly subject: Subject;
  readonly generation: Generation;
  readonly format: AnswerFormat;
}

const COMMENT_EVERY_MS = 100;

const DONE = "data: [DONE]\n\n";

/** Sends a generation as server-sent events, one TCP write each. */
export async function streamGeneration(call: Call, streamed: Streamed): Promise<void> {
  const { exchange, backend } = call;
  // Status and headers leave before the first token (Starlette starts the response, then iterates).
  exchange.begin(200, {
    ...serverHeaders(backend),
    ...backend.dialect.streamHeaders,
    ...trailingHeaders(backend, 200),
  });
  if (call.fault?.name === "comments-only") return commentForEver(call);
  const { generation, format } = streamed;
  const pace = new Pace(call, generation.run);
  await pace.first();
  const badGrammar = backend.dialect.rules(backend.settings).grammar(streamed.subject.body);
  if (badGrammar !== undefined) return sendError(call, streamed, badGrammar);
  let sent = 0;
  for await (const event of allEvents(call, { ...streamed, pace })) {
    if (exchange.over) return;
    if (event === "silence") return exchange.silence();
    if (event === "error") return sendError(call, streamed, ENGINE_DEAD);
    const disturbance = disturb(call, sent);
    if (disturbance === "silence") return exchange.silence();
    if (disturbance === "cut") return exchange.cut("destroy");
    if (disturbance === "error") return sendError(call, streamed, ENGINE_DEAD);
    await exchange.write(printEvent(event));
    sent += 1;
  }
  exchange.finish(format.done ? DONE : undefined);
}

/** As a proxy that keeps a connection open while the server behind it says nothing. */
async function commentForEver({ exchange }: Call): Promise<void> {
  while (!exchange.over) {
    await exchange.write(": keep-alive\n\n");
    await exchange.pause(COMMENT_EVERY_MS);
  }
}

function printEvent({ event, data }: StreamEvent): string {
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

type Sent = StreamEvent | "silence" | "error";

/** Ends after which a stream is not finished. */
const STOPS: Partial<Record<EngineEnd, "silence" | "error">> = { silent: "silence", dead: "error" };

/** The events of a whole stream; "silence" and "error" = it goes no further. */
async function* allEvents(
  call: Call,
  { generation, subject, format, pace }: Streamed & { pace: Pace },
): AsyncGenerator<Sent> {
  const { length, choices, reason, run } = generation;
  const events = format.stream(subject);
  const { ended } = call.backend.engine;
  const stop = ended && STOPS[ended];
  if (stop !== undefined) {
    yield stop;
    return;
  }
  yield* events.opening();
  // Of a request that was still queued, the end is all there is: no finish_reason says what became of it.
  if (ended === "aborted" || call.fault?.name === "abort-queued") {
    run.end("abort");
    return;
  }
  // The last token comes with the finish reason where the length was reached, and before it where it stopped.
  const together = reason === "length" && call.backend.dialect.finishesWithToken;
  const before = together ? length - 1 : length;
  let made = 0;
  for (; made < before && !call.exchange.over; made += 1) {
    await pace.next();
    if (interruption(call) !== undefined) break;
    run.generated(choices);
    for (let choice = 0; choice < choices; choice += 1) {
      yield* events.token({ choice, index: made, text: generation.token(choice, made) });
    }
  }
  yield* ending(call, { generation, events, pace, made });
}

interface Unfinished {
  readonly generation: Generation;
  readonly events: StreamFormat;
  readonly pace: Pace;
  readonly made: number;
}

async function* ending(call: Call, { generation, events, pace, made }: Unfinished): AsyncGenerator<Sent> {
  const { length, choices, run } = generation;
  if (made < length && interruption(call) === undefined) await pace.next();
  const interrupted = interruption(call);
  const stop = interrupted && STOPS[interrupted];
  if (stop !== undefined) {
    yield stop;
    return;
  }
  const last = interrupted === undefined && made < length;
  if (last) run.generated(choices);
  const reason = interrupted === undefined ? generation.reason : "abort";
  run.end(reason);
  const total = last ? length : made;
  for (let choice = 0; choice < choices; choice += 1) {
    const token = last ? { last: { choice, index: made, text: generation.token(choice, made) } } : {};
    await call.exchange.turn();
    yield* events.ending({ choice, reason, made: total, ...token });
  }
  for (const event of events.closing(total * choices)) {
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
async function sendError(
  { exchange, backend }: Call,
  { generation, format }: Streamed,
  error: VllmError,
): Promise<void> {
  generation.run.end("error");
  const { dialect, settings } = backend;
  await exchange.write(`data: ${dialect.errorJson(dialect.errorEvent(error, settings))}\n\n`);
  await exchange.turn();
  exchange.finish(format.done ? DONE : undefined);
}
