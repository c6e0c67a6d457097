import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { configOf, snapshotOf, verdictOn } from "./deployments.ts";
import { headOf, run, scriptedGateway, scriptedRequest, type Attempt } from "./scripted-gateway.ts";

/** How a backend leaves: its answer ends, its connection breaks, or it says nothing more. */
export type Ending = "end" | "reset" | "silence";

/** What one backend does with one request. */
export interface Play {
  readonly chunks: readonly Buffer[];
  readonly ending: Ending;
}

const CONFIG = configOf({ a: {} }, { litellm_settings: { num_retries: 0 } });
const SNAPSHOT = snapshotOf(CONFIG.deployments.map((deployment) => verdictOn(deployment)));
const LONGER_THAN_ANY_TIMEOUT_MS = 24 * 3_600_000;

/** A socket that keeps what is written to it. */
class AppSocket extends Duplex {
  readonly pieces: Buffer[] = [];
  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.pieces.push(piece);
    done();
  }
  override _read(): void {}
}

/** Which endpoint is asked; with a body of its own where it is no JSON. */
export interface Asked {
  readonly endpoint: string;
  readonly body?: Buffer;
}

/** What the app has on the wire of a stream that a backend plays so. */
export async function playTo({ endpoint, body }: Asked, { chunks, ending }: Play) {
  const play = ({ sink }: Attempt) => {
    sink.head(headOf(200, { "content-type": "text/event-stream" }));
    for (const piece of chunks) sink.data(piece);
    if (ending === "end") sink.end();
    else if (ending === "reset") sink.fail({ code: "ECONNRESET", unsent: false });
    else {
      clock.jump(LONGER_THAN_ANY_TIMEOUT_MS);
      gateway.deadlines.look();
    }
  };
  const { gateway, clock } = scriptedGateway(CONFIG, SNAPSHOT, { play });
  const headers = body === undefined ? {} : { "content-type": "multipart/form-data; boundary=b" };
  const asked = { model: "chat", stream: true, stream_format: "sse" };
  const request = scriptedRequest("r1", body ?? asked, headers);
  const socket = new AppSocket();
  request.outgoing.assignSocket(socket as unknown as Socket);
  await run(gateway, request, endpoint);
  const wire = Buffer.concat(socket.pieces).toString("utf8");
  const end = wire.indexOf("\r\n\r\n");
  return { head: wire.slice(0, end), body: wire.slice(end + 4), ended: request.outgoing.writableEnded };
}
