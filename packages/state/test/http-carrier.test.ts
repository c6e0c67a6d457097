import type { RequestListener, ServerResponse } from "node:http";
import { printSnapshot } from "@rollcall/contract";
import { printEvent } from "../src/event-stream.ts";
import { HttpSnapshotReader, HttpSnapshotWriter, type SnapshotWriter } from "../src/index.ts";
import { describeCarrier, describeSpoilableCarrier, type OpenCarrier } from "./carrier-suite.ts";
import { realClock } from "./real-clock.ts";
import { serve } from "./serve.ts";

/** Often enough for a test that waits for news. */
const POLL_MS = 20;

function readerOf(origin: string): HttpSnapshotReader {
  return new HttpSnapshotReader({
    origin,
    key: () => null,
    clock: realClock,
    random: Math.random,
    pollMs: POLL_MS,
  });
}

/** A writer behind a real server; `between` may do to a request what a proxy would. */
async function open(between: (listener: RequestListener) => RequestListener): Promise<OpenCarrier> {
  const writer = new HttpSnapshotWriter({ clock: realClock });
  const { origin, close } = await serve(between((request, response) => writer.answer(request, response)));
  return {
    // A further prober on the same address: what it says takes the place of what was there.
    writer: () => ({ write: (snapshot) => writer.write(snapshot), close: async () => {} }),
    reader: () => readerOf(origin),
    close: async () => {
      await writer.close();
      await close();
    },
  };
}

describeCarrier("the http carrier, by its stream", () => open((listener) => listener));

describeCarrier("the http carrier, asked now and then", () =>
  open((listener) => (request, response) => {
    // As a proxy that knows no streams passes it on.
    delete request.headers.accept;
    listener(request, response);
  }),
);

/** Not our writer but anything that speaks as it does: what it holds may be anything. */
class Impostor {
  #held: { readonly id: string; readonly text: string } | null = null;
  #count = 0;
  readonly #streams = new Set<ServerResponse>();

  put(text: string): void {
    this.#count += 1;
    this.#held = { id: String(this.#count), text };
    for (const stream of this.#streams) this.#send(stream);
  }

  remove(): void {
    this.#held = null;
  }

  answer(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.once("close", () => this.#streams.delete(response));
    this.#streams.add(response);
    this.#send(response);
  }

  #send(stream: ServerResponse): void {
    stream.write(this.#held === null ? ":\n\n" : printEvent(this.#held.id, this.#held.text));
  }
}

describeSpoilableCarrier("the http carrier", async () => {
  const impostor = new Impostor();
  const { origin, close } = await serve((_request, response) => impostor.answer(response));
  const writer: SnapshotWriter = {
    write: async (snapshot) => impostor.put(printSnapshot(snapshot)),
    close: async () => {},
  };
  return {
    writer: () => writer,
    reader: () => readerOf(origin),
    put: async (text) => impostor.put(text),
    remove: async () => impostor.remove(),
    close,
  };
});
