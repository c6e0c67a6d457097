import type { RequestListener, ServerResponse } from "node:http";
import type { SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { HEARTBEAT, printEvent } from "../src/event-stream.ts";
import { HttpSnapshotReader, HttpSnapshotWriter, printSnapshot, type SnapshotWriter } from "../src/index.ts";
import { describeCarrier, describeSpoilableCarrier, type OpenCarrier } from "./carrier-suite.ts";
import { realClock } from "./real-clock.ts";
import { serve } from "./serve.ts";

/** Often enough for a test that waits for an update. */
const POLL_MS = 20;

function readerOf<Whole extends SnapshotHeader, Item>(kind: SnapshotKind<Whole, Item>, origin: string) {
  return new HttpSnapshotReader({
    kind,
    url: `${origin}/state`,
    credential: { name: "token", token: () => "secret" },
    clock: realClock,
    random: Math.random,
    pollMs: POLL_MS,
  });
}

type Between = (listener: RequestListener) => RequestListener;

/** A writer behind a real server; `between` may do to a request what a proxy would. */
async function open<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  between: Between,
): Promise<OpenCarrier<Whole, Item>> {
  const writer = new HttpSnapshotWriter({
    kind,
    clock: realClock,
    refusal: ({ authorization }) => (authorization === "Bearer secret" ? null : "not with this token"),
  });
  const { origin, close } = await serve(between((request, response) => writer.answer(request, response)));
  return {
    // A further writer on the same address: what it says takes the place of what was there.
    writer: () => ({ write: (snapshot, change) => writer.write(snapshot, change), close: async () => {} }),
    reader: () => readerOf(kind, origin),
    close: async () => {
      await writer.close();
      await close();
    },
  };
}

describeCarrier("the http carrier, by its stream", (kind) => open(kind, (listener) => listener));

describeCarrier("the http carrier, asked now and then", (kind) =>
  open(kind, (listener) => (request, response) => {
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
    stream.write(this.#held === null ? HEARTBEAT : printEvent(this.#held.id, this.#held.text));
  }
}

describeSpoilableCarrier(
  "the http carrier",
  async <Whole extends SnapshotHeader, Item>(kind: SnapshotKind<Whole, Item>) => {
    const impostor = new Impostor();
    const { origin, close } = await serve((_request, response) => impostor.answer(response));
    const writer: SnapshotWriter<Whole, Item> = {
      write: async (snapshot) => impostor.put(printSnapshot(kind, snapshot)),
      close: async () => {},
    };
    return {
      writer: () => writer,
      reader: () => readerOf(kind, origin),
      put: async (text: string) => impostor.put(text),
      remove: async () => impostor.remove(),
      close,
    };
  },
);
