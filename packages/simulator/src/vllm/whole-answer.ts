import { json } from "./answer.ts";
import { type Call, send, serverHeaders } from "./call.ts";
import type { FinishReason } from "./engine.ts";
import { ENGINE_DEAD } from "./error-body.ts";
import { drainsNow, type Generation } from "./generation.ts";
import { Pace } from "./pace.ts";
import { Refusal } from "./refusal.ts";

/** A generation that is complete. */
export interface Whole {
  readonly text: string;
  readonly made: number;
  readonly reason: FinishReason;
}

/** Sends a generation as one JSON body, after the time that it takes. */
export async function sendWhole(
  call: Call,
  generation: Generation,
  body: (whole: Whole) => object,
): Promise<void> {
  const { exchange, fault } = call;
  await new Pace(call).whole(generation.length);
  if (fault?.name === "hang-mid-stream") await exchange.silence();
  if (exchange.over) return;
  if (fault?.name === "error-first-event" || fault?.name === "error-mid-stream") {
    generation.run.end("error");
    throw new Refusal(ENGINE_DEAD);
  }
  const answer = json(200, body(complete(call, generation)));
  if (fault?.name === "cut-mid-stream") await sendHalf(call, answer.body);
  else send(call, answer);
}

function complete(call: Call, generation: Generation): Whole {
  const drained = drainsNow(call);
  const made = drained ? 0 : generation.length;
  const reason = drained ? "abort" : generation.reason;
  generation.run.generated(made);
  generation.run.end(reason);
  return { text: Array.from({ length: made }, (_, index) => generation.token(index)).join(""), made, reason };
}

/** The headers promise the whole body; half of it comes. */
async function sendHalf({ exchange, backend }: Call, body: string): Promise<void> {
  const length = { "content-length": String(Buffer.byteLength(body)) };
  exchange.begin(200, { ...serverHeaders(backend), "content-type": "application/json", ...length });
  await exchange.write(Buffer.from(body).subarray(0, Math.floor(body.length / 2)));
  await exchange.turn();
  exchange.cut("destroy");
}
