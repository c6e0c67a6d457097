import type { FaultName } from "../faults/catalogue.ts";
import { type Answer, json } from "./answer.ts";
import { type Call, send, serverHeaders } from "./call.ts";
import { ENGINE_DEAD } from "./error-body.ts";
import type { Streamed } from "./event-stream.ts";
import type { Choice } from "./formats/answer-format.ts";
import type { Generation } from "./generation.ts";
import { interruption } from "./interruption.ts";
import { Pace } from "./pace.ts";
import { Refusal } from "./refusal.ts";

/** Faults under which a stream begins and says nothing more. */
const SILENT: ReadonlySet<FaultName> = new Set(["hang-mid-stream", "comments-only"]);

/** Sends a generation as one JSON body, after the time that it takes. */
export async function sendWhole(call: Call, { subject, generation, format }: Streamed): Promise<void> {
  const { exchange, fault } = call;
  await new Pace(call, generation.run).whole(generation.length);
  if ((fault && SILENT.has(fault.name)) || interruption(call) === "silent") await exchange.silence();
  if (exchange.over) return;
  if (
    fault?.name === "error-first-event" ||
    fault?.name === "error-mid-stream" ||
    interruption(call) === "dead"
  ) {
    generation.run.end("error");
    throw new Refusal(ENGINE_DEAD);
  }
  const { dialect, settings } = call.backend;
  const badGrammar = dialect.rules(settings).grammar(subject.body);
  if (badGrammar !== undefined) throw new Refusal(badGrammar);
  const answer = json(200, format.whole(subject, complete(call, generation)));
  if (fault?.name === "cut-mid-stream") await sendHalf(call, answer);
  else send(call, answer);
}

/** What an aborted request had made by then is not told. */
function complete(call: Call, { run, length, choices, reason, token }: Generation): Choice[] {
  const aborted = interruption(call) !== undefined;
  const made = aborted ? 0 : length;
  const end = aborted ? "abort" : reason;
  run.generated(made * choices);
  run.end(end);
  return Array.from({ length: choices }, (_, index) => ({
    index,
    tokens: Array.from({ length: made }, (_none, position) => token(index, position)),
    reason: end,
  }));
}

/** The headers promise the whole body; half of it comes. */
async function sendHalf({ exchange, backend }: Call, { body }: Answer): Promise<void> {
  const length = { "content-length": String(Buffer.byteLength(body)) };
  exchange.begin(200, { ...serverHeaders(backend), ...length, "content-type": "application/json" });
  await exchange.write(Buffer.from(body).subarray(0, Math.floor(body.length / 2)));
  await exchange.turn();
  exchange.cut("destroy");
}
