import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Socket } from "node:net";
import { printSnapshot } from "@rollcall/contract";
import { describe, expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../test/fake-clock.ts";
import { Recorder } from "../test/recorder.ts";
import { serve } from "../test/serve.ts";
import { snapshotOf } from "../test/snapshots.ts";
import { BEAT, printEvent } from "./event-stream.ts";
import { SILENCE_MS } from "./http-connection.ts";
import { HttpSnapshotReader, type HttpReaderOptions } from "./http-reader.ts";

const STREAM = "text/event-stream";

/** Every request that a prober got, and how it is to answer; as a prober in health unless told otherwise. */
class Script {
  readonly asked: IncomingMessage[] = [];
  readonly open: ServerResponse[] = [];
  #waiting: (() => void)[] = [];
  answer: (response: ServerResponse, request: IncomingMessage) => void = (response) =>
    this.stream(response, snapshotOf(1).sequence);

  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    this.asked.push(request);
    this.open.push(response);
    this.answer(response, request);
    for (const wake of this.#waiting.splice(0)) wake();
  };

  /** Opens a stream; with a number it holds the snapshot of that number. */
  stream(response: ServerResponse, sequence: number | null): void {
    response.writeHead(200, { "content-type": STREAM });
    response.write(sequence === null ? BEAT : eventOf(sequence));
  }

  /** Waits for that many requests in all. */
  async untilAsked(count: number): Promise<void> {
    while (this.asked.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  header(name: string): readonly (string | string[] | undefined)[] {
    return this.asked.map(({ headers }) => headers[name]);
  }
}

const eventOf = (sequence: number) => printEvent(`prober-1-${sequence}`, printSnapshot(snapshotOf(sequence)));

async function scripted() {
  const script = new Script();
  const { origin, close } = await serve(script.listener);
  onTestFinished(close);
  return { script, origin, close };
}

/** Real sockets need real time: until a test is about silence, none falls while they do their work. */
class PausesOnly extends FakeClock {
  silences = false;

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return super.sleep(ms === SILENCE_MS && !this.silences ? Number.POSITIVE_INFINITY : ms, signal);
  }

  /** How long the reader paused between two connections, one after the other. */
  get pauses(): readonly number[] {
    return this.slept.filter((ms) => ms !== SILENCE_MS && ms !== Number.POSITIVE_INFINITY);
  }
}

function readerOn(origin: string, options: Partial<HttpReaderOptions> = {}) {
  const clock = new PausesOnly();
  const reader = new HttpSnapshotReader({
    origin,
    key: () => "sk-master",
    clock,
    random: () => 1,
    ...options,
  });
  onTestFinished(() => reader.close());
  return { clock, reader, recorder: new Recorder() };
}

/** Lets time pass, and what is due happen, until it holds; in vain, until the test's own limit. */
async function passUntil(clock: FakeClock, holds: () => boolean): Promise<void> {
  while (!holds()) await clock.pass(100);
}

describe("the key", () => {
  test("is the one of the moment of each connection", async () => {
    const { script, origin } = await scripted();
    let key: string | null = "sk-old";
    const { clock, reader, recorder } = readerOn(origin, { key: () => key });
    script.answer = (response, { headers }) => {
      if (headers.authorization === "Bearer sk-new") script.stream(response, 1);
      else response.writeHead(401).end();
    };
    await reader.start(recorder);
    key = "sk-new";
    await passUntil(clock, () => recorder.snapshots.length === 1);
    expect(recorder.faults).toEqual(["answered 401: it refuses the master key"]);
    expect([...new Set(script.header("authorization"))]).toEqual(["Bearer sk-old", "Bearer sk-new"]);
  });

  test("is not sent where there is none", async () => {
    const { script, origin } = await scripted();
    const { reader, recorder } = readerOn(origin, { key: () => null });
    await reader.start(recorder);
    expect(script.header("authorization")).toEqual([undefined]);
  });

  test("goes nowhere else: a redirect is a fault", async () => {
    const elsewhere = await scripted();
    const { script, origin } = await scripted();
    script.answer = (response) => response.writeHead(302, { location: elsewhere.origin }).end();
    const { reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    expect(recorder.faults).toEqual(["answered 302"]);
    expect(elsewhere.script.asked).toEqual([]);
  });
});

describe("a stream that ends", () => {
  test("is opened again after a pause that grows, and asks for what is new", async () => {
    const { script, origin } = await scripted();
    script.answer = (response) => {
      script.stream(response, 1);
      response.end();
    };
    const { clock, reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    await passUntil(clock, () => script.asked.length >= 8);
    expect(clock.pauses.slice(0, 7)).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
    expect(recorder.sequences).toEqual([1]);
    expect(recorder.faults).toEqual([]);
    expect(script.header("last-event-id").slice(0, 3)).toEqual([undefined, "prober-1-1", "prober-1-1"]);
  });

  test("in the middle of a snapshot is a fault; the last good one holds, and the next is delivered", async () => {
    const { script, origin } = await scripted();
    const { clock, reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    const [stream] = script.open;
    stream?.write(eventOf(2).slice(0, -20), () => stream.socket?.end());
    await recorder.until(({ faults }) => faults.length === 1);
    expect(recorder.faults).toEqual([expect.stringMatching(/^broke off after \d+ characters: torn$/)]);
    expect(recorder.sequences).toEqual([1]);
    script.answer = (response) => script.stream(response, 3);
    await passUntil(clock, () => recorder.snapshots.length === 2);
    expect(recorder.sequences).toEqual([1, 3]);
  });
});

describe("silence", () => {
  test("on a stream that said something is noticed; what is there is then asked for", async () => {
    const { script, origin } = await scripted();
    const { clock, reader, recorder } = readerOn(origin);
    clock.silences = true;
    await reader.start(recorder);
    // The prober is gone, and its host with it: nothing comes, not even an end.
    script.answer = (response) => response.writeHead(304).end();
    await clock.pass(SILENCE_MS);
    expect(script.asked).toHaveLength(1);
    clock.silences = false;
    await clock.pass(SILENCE_MS);
    await script.untilAsked(2);
    expect(script.header("accept")).toEqual([STREAM, "application/json"]);
    expect(script.header("if-none-match")).toEqual([undefined, '"prober-1-1"']);
    expect(recorder.faults).toEqual([]);
  });

  test("is no matter while there are beats", async () => {
    const { script, origin } = await scripted();
    const { clock, reader, recorder } = readerOn(origin);
    clock.silences = true;
    await reader.start(recorder);
    for (let count = 0; count < 20; count += 1) {
      script.open[0]?.write(count % 2 === 0 ? BEAT : eventOf(count));
      if (count % 2 === 1) await recorder.untilSequence(Math.max(1, count));
      await clock.pass(count % 2 === 1 ? SILENCE_MS : 0);
    }
    expect(script.asked).toHaveLength(1);
  });

  test("of a prober that never answers is told, once, and does not hold up the start for ever", async () => {
    const { script, origin } = await scripted();
    script.answer = () => {};
    const { clock, reader, recorder } = readerOn(origin);
    clock.silences = true;
    let started = false;
    const starting = reader.start(recorder).then(() => (started = true));
    await passUntil(clock, () => started);
    await starting;
    await passUntil(clock, () => script.asked.length > 6);
    expect(recorder.faults).toEqual(["no answer in time"]);
  });
});

describe("behind a proxy that collects streams", () => {
  /** Nothing of a stream comes through; what is asked for does. */
  async function collecting() {
    const { script, origin } = await scripted();
    let sequence = 1;
    script.answer = (response, { headers }) => {
      if (headers.accept === STREAM) return;
      const etag = `"prober-1-${sequence}"`;
      if (headers["if-none-match"] === etag) response.writeHead(304, { etag }).end();
      else response.writeHead(200, { etag }).end(printSnapshot(snapshotOf(sequence)));
    };
    const { clock, reader, recorder } = readerOn(origin);
    clock.silences = true;
    const starting = reader.start(recorder);
    await script.untilAsked(1);
    clock.silences = false;
    await clock.pass(SILENCE_MS);
    await starting;
    return { script, clock, recorder, put: (next: number) => (sequence = next) };
  }

  test("what is new is asked for every half second", async () => {
    const { script, clock, recorder, put } = await collecting();
    await passUntil(clock, () => script.asked.length === 6);
    put(2);
    await passUntil(clock, () => recorder.snapshots.length === 2);
    expect(recorder.snapshots).toEqual([snapshotOf(1), snapshotOf(2)]);
    expect(recorder.faults).toEqual([]);
    expect([...new Set(clock.pauses)]).toEqual([500]);
  });

  test("the stream is tried again after a minute", async () => {
    const { script, clock, recorder } = await collecting();
    script.answer = (response, { headers }) => {
      if (headers.accept === STREAM) script.stream(response, 5);
      else response.writeHead(304).end();
    };
    const from = clock.now();
    await passUntil(clock, () => recorder.snapshots.length === 2);
    expect(clock.now() - from).toBeGreaterThan(50_000);
    expect(recorder.sequences).toEqual([1, 5]);
  });
});

describe("faults", () => {
  test("a prober that cannot be reached is told once, without its address, until it is there", async () => {
    const { script, origin, close } = await scripted();
    await close();
    const { clock, reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    while (clock.pauses.length < 10) await clock.pass(2_000);
    expect(recorder.faults).toEqual(["ECONNREFUSED"]);
    const again = await serve(script.listener, Number(new URL(origin).port));
    onTestFinished(again.close);
    await passUntil(clock, () => recorder.snapshots.length === 1);
  });

  test("before the first roll call is over there is nothing to complain of", async () => {
    const { script, origin } = await scripted();
    script.answer = (response) => response.writeHead(503).end();
    const { clock, reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    script.answer = (response) => script.stream(response, 1);
    await passUntil(clock, () => recorder.snapshots.length === 1);
    expect(recorder.faults).toEqual([]);
  });

  test("what is no HTTP is one", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on("error", () => {}));
      socket.end("SSH-2.0-OpenSSH_9.6\r\n");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const { reader, recorder } = readerOn(`http://127.0.0.1:${port}`);
    await reader.start(recorder);
    expect(recorder.faults).toEqual([expect.stringMatching(/^HPE_/)]);
  });

  test.each([
    ["by stream", STREAM],
    ["when asked", "application/json"],
  ])("more than any fleet's is not read to its end: %s", async (_how, accept) => {
    const { script, origin } = await scripted();
    let sent = 0;
    script.answer = (response, { headers }) => {
      if (headers.accept !== accept) {
        response.writeHead(429).end();
        return;
      }
      response.writeHead(200, { "content-type": accept });
      const more = () => {
        sent += 1;
        if (sent < 1_000) response.write("data: ".padEnd(10_000, "x"), more);
      };
      more();
    };
    const { reader, recorder } = readerOn(origin, { maxBytes: 50_000 });
    await reader.start(recorder);
    expect(recorder.faults).toEqual(["more than 50000 characters"]);
    expect(sent).toBeLessThan(1_000);
  });

  test("a name that no header could carry is not sent back", async () => {
    const { script, origin } = await scripted();
    script.answer = (response) => {
      response.writeHead(200, { "content-type": STREAM });
      response.end(printEvent("ü\u0001 x", printSnapshot(snapshotOf(1))));
    };
    const { clock, reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    await passUntil(clock, () => script.asked.length === 3);
    expect(recorder.faults).toEqual([]);
    expect(script.header("last-event-id")).toEqual([undefined, undefined, undefined]);
  });
});

describe("closing", () => {
  test.each<[string, (script: Script) => Script["answer"]]>([
    ["while nothing answers", () => () => {}],
    ["while it follows", (script) => (response) => script.stream(response, null)],
    [
      "in the middle of a snapshot",
      (script) => (response) => {
        script.stream(response, null);
        response.write(eventOf(1).slice(0, -9));
      },
    ],
  ])("%s ends the connection, and leaves no timer", async (_when, answer) => {
    const { script, origin } = await scripted();
    script.answer = answer(script);
    const { clock, reader, recorder } = readerOn(origin);
    const starting = reader.start(recorder);
    await script.untilAsked(1);
    const closed =
      script.open[0]?.destroyed === true ? null : once(script.open[0] as ServerResponse, "close");
    await reader.close();
    await Promise.all([starting, closed]);
    expect(clock.sleepers).toBe(0);
    expect([recorder.snapshots, recorder.faults]).toEqual([[], []]);
  });
});
