import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Socket } from "node:net";
import { VERDICTS, type Snapshot, type Verdict } from "@rollcall/contract";
import { FakeClock } from "@rollcall/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { Recorder } from "../test/recorder.ts";
import { serve } from "../test/serve.ts";
import { isWhole, snapshotOf, VERDICT_SAMPLE } from "../test/samples.ts";
import { changeBetween } from "./changes.ts";
import { CHANGE_EVENT, CHANGES, HEARTBEAT, printEvent } from "./event-stream.ts";
import { IDLE_TIMEOUT_MS } from "./http-connection.ts";
import { HttpSnapshotReader, type HttpReaderOptions } from "./http-reader.ts";
import { printChange, printSnapshot } from "./snapshot-text.ts";

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
    response.write(sequence === null ? HEARTBEAT : eventOf(sequence));
  }

  /** Waits for that many requests in all. */
  async untilAsked(count: number): Promise<void> {
    while (this.asked.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  header(name: string): readonly (string | string[] | undefined)[] {
    return this.asked.map(({ headers }) => headers[name]);
  }
}

const eventOf = (sequence: number) =>
  printEvent(`prober-1-${sequence}`, printSnapshot(VERDICTS, snapshotOf(sequence)));

async function scripted() {
  const script = new Script();
  const { origin, close } = await serve(script.listener);
  onTestFinished(close);
  return { script, origin, close };
}

/** Real sockets need real time: until a test is about silence, none falls while they do their work. */
class PausesOnly extends FakeClock {
  idles = false;

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return super.sleep(ms === IDLE_TIMEOUT_MS && !this.idles ? Number.POSITIVE_INFINITY : ms, signal);
  }

  /** How long the reader paused between two connections, one after the other. */
  get pauses(): readonly number[] {
    return this.slept.filter((ms) => ms !== IDLE_TIMEOUT_MS && ms !== Number.POSITIVE_INFINITY);
  }
}

const keyed = (token: () => string | null) => ({ name: "master key", token });

function readerOn(origin: string, options: Partial<HttpReaderOptions<Snapshot, Verdict>> = {}) {
  const clock = new PausesOnly();
  const reader = new HttpSnapshotReader({
    kind: VERDICTS,
    url: `${origin}/state`,
    credential: keyed(() => "sk-master"),
    clock,
    random: () => 1,
    ...options,
  });
  onTestFinished(() => reader.close());
  return { clock, reader, recorder: new Recorder() };
}

/** Lets time pass, and what is due happen, until it holds; in vain, until the test's own limit. */
async function passUntil(clock: FakeClock, holds: () => boolean): Promise<void> {
  while (!holds()) await clock.advance(100);
}

describe("the key", () => {
  test("is the one of the moment of each connection", async () => {
    const { script, origin } = await scripted();
    let key: string | null = "sk-old";
    const { clock, reader, recorder } = readerOn(origin, { credential: keyed(() => key) });
    script.answer = (response, { headers }) => {
      if (headers.authorization === "Bearer sk-new") script.stream(response, 1);
      else response.writeHead(401).end();
    };
    await reader.start(recorder);
    key = "sk-new";
    await passUntil(clock, () => recorder.snapshots.length === 1);
    expect(recorder.faults).toEqual(["answered 401: master key rejected"]);
    expect([...new Set(script.header("authorization"))]).toEqual(["Bearer sk-old", "Bearer sk-new"]);
  });

  test("is not sent where there is none", async () => {
    const { script, origin } = await scripted();
    const { reader, recorder } = readerOn(origin, { credential: keyed(() => null) });
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
    clock.idles = true;
    await reader.start(recorder);
    // The prober is gone, and its host with it: nothing comes, not even an end.
    script.answer = (response) => response.writeHead(304).end();
    await clock.advance(IDLE_TIMEOUT_MS);
    expect(script.asked).toHaveLength(1);
    clock.idles = false;
    await clock.advance(IDLE_TIMEOUT_MS);
    await script.untilAsked(2);
    expect(script.header("accept")).toEqual([STREAM, "application/json"]);
    expect(script.header("if-none-match")).toEqual([undefined, '"prober-1-1"']);
    expect(recorder.faults).toEqual([]);
  });

  test("is no matter while there are beats", async () => {
    const { script, origin } = await scripted();
    const { clock, reader, recorder } = readerOn(origin);
    clock.idles = true;
    await reader.start(recorder);
    for (let count = 0; count < 20; count += 1) {
      script.open[0]?.write(count % 2 === 0 ? HEARTBEAT : eventOf(count));
      if (count % 2 === 1) await recorder.untilSequence(Math.max(1, count));
      await clock.advance(count % 2 === 1 ? IDLE_TIMEOUT_MS : 0);
    }
    expect(script.asked).toHaveLength(1);
  });

  test("of a prober that never answers is told, once, and does not hold up the start for ever", async () => {
    const { script, origin } = await scripted();
    script.answer = () => {};
    const { clock, reader, recorder } = readerOn(origin);
    clock.idles = true;
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
      else response.writeHead(200, { etag }).end(printSnapshot(VERDICTS, snapshotOf(sequence)));
    };
    const { clock, reader, recorder } = readerOn(origin);
    clock.idles = true;
    const starting = reader.start(recorder);
    await script.untilAsked(1);
    clock.idles = false;
    await clock.advance(IDLE_TIMEOUT_MS);
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

  test("what changed since the last is asked for, where it is kept", async () => {
    const { script, clock, recorder } = await collecting();
    const queries = () => script.asked.map(({ url = "" }) => url);
    script.answer = (response, { headers }) => {
      if (headers["if-none-match"] === '"prober-1-3"') response.writeHead(304).end();
      else response.writeHead(200, { "content-type": CHANGES }).end(`${changeTo(2)}\n${changeTo(3)}\n`);
    };
    await passUntil(clock, () => recorder.snapshots.length === 2);
    await passUntil(clock, () => queries().includes("/state?since=prober-1-3"));
    expect(queries()).toContain("/state?since=prober-1-1");
    expect(recorder.sequences).toEqual([1, 3]);
    expect([recorder.differed, recorder.faults]).toEqual([false, []]);
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
    while (clock.pauses.length < 10) await clock.advance(2_000);
    expect(recorder.faults).toEqual(["ECONNREFUSED"]);
    const again = await serve(script.listener, Number(new URL(origin).port));
    onTestFinished(again.close);
    await passUntil(clock, () => recorder.snapshots.length === 1);
  });

  test("before the initial probe round is done there is nothing to complain of", async () => {
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
      const run = { instance: "ü\u0001 x", startedAt: 0 };
      response.end(printEvent("1", printSnapshot(VERDICTS, snapshotOf(1, run))));
    };
    const { clock, reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    await passUntil(clock, () => script.asked.length === 3);
    expect(recorder.faults).toEqual([]);
    expect(script.header("last-event-id")).toEqual([undefined, undefined, undefined]);
  });
});

const changeTo = (sequence: number, from = sequence - 1) => {
  const change = changeBetween(VERDICTS, snapshotOf(from), snapshotOf(sequence));
  if (change === null) throw new Error("of one run");
  return printChange(VERDICTS, snapshotOf(sequence), change);
};
const changeEvent = (sequence: number, text = changeTo(sequence)) =>
  printEvent(`prober-1-${sequence}`, text, CHANGE_EVENT);

describe("changes", () => {
  test("lead on from the base, without one being sent again", async () => {
    const { script, origin } = await scripted();
    const { reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    for (let sequence = 2; sequence <= 12; sequence += 1) script.open[0]?.write(changeEvent(sequence));
    await recorder.untilSequence(12);
    expect(recorder.snapshots.every((snapshot) => isWhole(VERDICT_SAMPLE, snapshot))).toBe(true);
    expect([recorder.differed, script.asked.length]).toEqual([false, 1]);
    expect(recorder.changes.filter((change) => change === null)).toHaveLength(1);
  });

  test("behind a base are part of it: no state is shown that was over before", async () => {
    const { script, origin } = await scripted();
    script.answer = (response) => {
      response.writeHead(200, { "content-type": STREAM });
      const whole = printSnapshot(VERDICTS, snapshotOf(1));
      response.write(printEvent("prober-1-3", [whole, changeTo(2), changeTo(3)].join("\n")));
    };
    const { reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    expect(recorder.sequences).toEqual([3]);
    expect(isWhole(VERDICT_SAMPLE, recorder.snapshots[0] as Snapshot)).toBe(true);
  });

  test.each<[string, string, readonly string[]]>([
    ["of which some before were missed", changeEvent(4), []],
    ["of another run", changeEvent(2).replace("prober-1", "prober-2"), []],
    [
      "that cannot be read",
      changeEvent(2, changeTo(2).replace('"check":', '"chek":')),
      ["changed[0].check is not as expected"],
    ],
    [
      "without keys",
      changeEvent(2, changeTo(2).replace('"removed":[', '"removed":[1')),
      ["removed is not a list of keys"],
    ],
    [
      "after nothing",
      changeEvent(2, changeTo(2).replace('"after":1', '"after":-1')),
      ["after is not a number of zero or more"],
    ],
    [
      "of a later version",
      changeEvent(2, changeTo(2).replace('"version":2', '"version":3')),
      ["version 3, expected 2 or 1"],
    ],
  ])("%s change nothing: the whole is asked for", async (_which, event, faults) => {
    const { script, origin } = await scripted();
    const { clock, reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    script.answer = (response) => script.stream(response, 9);
    script.open[0]?.write(event);
    await passUntil(clock, () => recorder.snapshots.length === 2);
    expect(recorder.sequences).toEqual([1, 9]);
    expect(script.header("last-event-id")).toEqual([undefined, undefined]);
    expect(recorder.faults).toEqual(faults);
  });

  test("that were not sent while the connection was away are asked for by the last that was known", async () => {
    const { script, origin } = await scripted();
    const { clock, reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    script.answer = (response) => {
      response.writeHead(200, { "content-type": STREAM });
      response.write(changeEvent(2) + changeEvent(3));
    };
    script.open[0]?.end();
    await passUntil(clock, () => recorder.sequences.includes(3));
    expect(script.header("last-event-id")).toEqual([undefined, "prober-1-1"]);
    expect(recorder.sequences).toEqual([1, 2, 3]);
  });

  test("a prober of the version before sends wholes, which are taken as they come", async () => {
    const { script, origin } = await scripted();
    const old = (sequence: number) =>
      printEvent(
        `prober-1-${sequence}`,
        printSnapshot(VERDICTS, snapshotOf(sequence)).replace('"version":2', '"version":1'),
      );
    script.answer = (response) => {
      response.writeHead(200, { "content-type": STREAM });
      response.write(old(1));
    };
    const { reader, recorder } = readerOn(origin);
    await reader.start(recorder);
    script.open[0]?.write(old(2));
    await recorder.untilSequence(2);
    expect(recorder.snapshots).toEqual([snapshotOf(1), snapshotOf(2)]);
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
