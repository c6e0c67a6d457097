import type { Exchange } from "../http/exchange.ts";
import type { Replay } from "./replays.ts";

/** Answers with a recorded answer, byte for byte, once the request has come in. */
export async function play(exchange: Exchange, { capture, bytesPerWrite }: Replay): Promise<void> {
  await exchange.readBody();
  if ("raw" in capture) return exchange.cutAfter(capture.raw);
  const { status, headers, body } = capture;
  exchange.begin(status, headers);
  for (let sent = 0; sent < body.length && !exchange.over;) {
    const piece = body.subarray(sent, sent + bytesPerWrite);
    await exchange.write(piece);
    await exchange.turn();
    sent += piece.length;
  }
  exchange.finish();
}
