import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { VERDICTS, type Snapshot, type Verdict } from "@rollcall/contract";
import { FakeClock } from "@rollcall/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { serve } from "../test/serve.ts";
import { snapshotOf, verdictOf } from "../test/samples.ts";
import { changeBetween } from "./changes.ts";
import { CHANGES, EventStream, HEARTBEAT_MS, type StreamEvent } from "./event-stream.ts";
import { HttpSnapshotWriter, type HttpWriterOptions } from "./http-writer.ts";
import { parseSnapshot, printChange, printSnapshot, splitBase } from "./snapshot-text.ts";

async function open(options: Partial<HttpWriterOptions<Snapshot, Verdict>> = {}) {
  const clock = new FakeClock();
  const writer = new HttpSnapshotWriter({ kind: VERDICTS, clock, refusal: () => null, ...options });
  const { origin, server, close } = await serve((request, response) => writer.answer(request, response));
  onTestFinished(close);
  const ask = (headers: Record<string, string> = {}, query = "") =>
    fetch(`${origin}/state${query}`, { headers });
  const follow = (headers?: Record<string, string>) => following(origin, headers);
  return { clock, writer, server, ask, follow };
}

interface Following {
  readonly socket: Socket;
  readonly events: (StreamEvent | null)[];
  readonly head: () => string;
  readonly until: (holds: () => boolean) => Promise<void>;
}

/** A stream on a socket of the test's own, which need not be read. */
async function following(origin: string, headers: Record<string, string> = {}): Promise<Following> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname).setEncoding("utf8");
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  const stream = new EventStream();
  const events: (StreamEvent | null)[] = [];
  let received = "";
  let body = -1;
  socket.on("data", (piece: string) => {
    received += piece;
    if (body === -1 && received.includes("\r\n\r\n")) {
      body = received.indexOf("\r\n\r\n") + 4;
      piece = received.slice(body);
    }
    if (body !== -1) events.push(...stream.read(piece));
  });
  const lines = Object.entries({ host: hostname, accept: "text/event-stream", ...headers });
  // HTTP/1.0 is answered without chunks: what comes is the stream.
  socket.write(
    `GET /state HTTP/1.0\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
  );
  return {
    socket,
    events,
    head: () => received.slice(0, body),
    until: async (holds) => {
      while (!holds()) await once(socket, "data");
    },
  };
}

const idsOf = (events: readonly (StreamEvent | null)[]) => events.map((event) => event?.id ?? null);

describe("asked once", () => {
  test("it answers the newest snapshot, with its name as ETag", async () => {
    const { writer, ask } = await open();
    await writer.write(snapshotOf(1));
    await writer.write(snapshotOf(2));
    const reply = await ask();
    expect([reply.status, reply.headers.get("content-type"), reply.headers.get("etag")]).toEqual([
      200,
      "application/json",
      '"prober-1-2"',
    ]);
    expect(parseSnapshot(VERDICTS, await reply.text())).toEqual({ ok: true, value: snapshotOf(2) });
  });

  test.each([
    ['"prober-1-2"', 304],
    ['W/"prober-1-2"', 304],
    ['"other", "prober-1-2"', 304],
    ["*", 304],
    ['"prober-1-1"', 200],
    ["prober-1-2", 200],
    ['"prober-1-20"', 200],
  ])("who knows %s gets %i", async (known, status) => {
    const { writer, ask } = await open();
    await writer.write(snapshotOf(2));
    const reply = await ask({ "if-none-match": known });
    expect([reply.status, reply.headers.get("etag")]).toEqual([status, '"prober-1-2"']);
    expect(await reply.text()).toBe(status === 304 ? "" : printSnapshot(VERDICTS, snapshotOf(2)));
  });

  test("it says so where there is nothing yet", async () => {
    const { ask } = await open();
    const reply = await ask();
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await reply.json()).toEqual({ error: "no snapshot of verdicts yet: the first is being made" });
  });
});

describe("followed", () => {
  test("it sends what there is, and then what comes", async () => {
    const { writer, follow } = await open();
    await writer.write(snapshotOf(1));
    const { events, head, until } = await follow();
    await until(() => events.length === 1);
    expect(head()).toContain("content-type: text/event-stream\r\n");
    expect(head()).toContain("x-accel-buffering: no\r\n");
    await writer.write(snapshotOf(2));
    await until(() => events.length === 2);
    expect(events).toEqual([
      { id: "prober-1-1", type: "", data: printSnapshot(VERDICTS, snapshotOf(1)), taker: null },
      { id: "prober-1-2", type: "", data: printSnapshot(VERDICTS, snapshotOf(2)), taker: null },
    ]);
  });

  test("it says at once that there is nothing yet, and that it lives", async () => {
    const { clock, writer, follow } = await open();
    const { events, until } = await follow();
    await until(() => events.length === 1);
    await clock.advance(HEARTBEAT_MS);
    await until(() => events.length === 2);
    await writer.write(snapshotOf(1));
    await until(() => events.length === 3);
    expect(idsOf(events)).toEqual([null, null, "prober-1-1"]);
  });

  test("while it prints what there is, nothing says that there is nothing", async () => {
    const { clock, writer, follow } = await open();
    const verdicts = Array.from({ length: 10_000 }, (_, index) => verdictOf(index, 1));
    await writer.write({ ...snapshotOf(1), verdicts });
    const { events } = await follow();
    while (events.length === 0) {
      clock.jump(HEARTBEAT_MS);
      await nextTurn();
    }
    expect(idsOf(events.slice(0, 1))).toEqual(["prober-1-1"]);
  });

  test("it does not send again what the reader had before", async () => {
    const { writer, follow } = await open();
    await writer.write(snapshotOf(1));
    const { events, until } = await follow({ "last-event-id": "prober-1-1" });
    await until(() => events.length === 1);
    await writer.write(snapshotOf(2));
    await until(() => events.length === 2);
    expect(idsOf(events)).toEqual([null, "prober-1-2"]);
  });

  test("closing ends the streams and their heartbeat", async () => {
    const { clock, writer, follow } = await open();
    const { socket } = await follow();
    await once(socket, "data");
    const ended = once(socket, "end");
    await writer.close();
    await ended;
    expect(clock.sleepers).toBe(0);
  });

  test("when the last reader has gone there is no heartbeat", async () => {
    const { clock, follow } = await open();
    const { socket } = await follow();
    await once(socket, "data");
    socket.destroy();
    // It notices at a heartbeat; in vain, this would take until the test's own limit.
    while (clock.sleepers > 0) await clock.advance(HEARTBEAT_MS);
    expect(clock.sleepers).toBe(0);
  });
});

const changeTo = (sequence: number, from = sequence - 1) =>
  changeBetween(VERDICTS, snapshotOf(from), snapshotOf(sequence));

/** The first as a whole, and the others up to this one as changes. */
async function writeUpTo(
  writer: HttpSnapshotWriter<Snapshot, Verdict>,
  { from = 1, to }: { from?: number; to: number },
) {
  for (let sequence = from; sequence <= to; sequence += 1)
    await writer.write(snapshotOf(sequence), sequence === from ? null : changeTo(sequence));
}

const textOf = (sequence: number) => {
  const change = changeTo(sequence);
  return change === null ? "" : printChange(VERDICTS, snapshotOf(sequence), change);
};

describe("changes", () => {
  test("are sent to those who follow, each by itself", async () => {
    const { writer, follow } = await open();
    await writeUpTo(writer, { to: 1 });
    const { events, until } = await follow();
    await until(() => events.length === 1);
    await writer.write(snapshotOf(2), changeTo(2));
    await writer.write(snapshotOf(3), changeTo(3));
    await until(() => events.length === 3);
    expect(events.slice(1)).toEqual([
      { id: "prober-1-2", type: "change", data: textOf(2), taker: null },
      { id: "prober-1-3", type: "change", data: textOf(3), taker: null },
    ]);
  });

  test("are all that who was away gets", async () => {
    const { writer, ask, follow } = await open();
    await writeUpTo(writer, { to: 5 });
    const { events, until } = await follow({ "last-event-id": "prober-1-3" });
    await until(() => events.length === 2);
    expect(events.map((event) => [event?.type, event?.id])).toEqual([
      ["change", "prober-1-4"],
      ["change", "prober-1-5"],
    ]);
    const reply = await ask({}, "?since=prober-1-3");
    expect([reply.headers.get("content-type"), reply.headers.get("etag")]).toEqual([CHANGES, '"prober-1-5"']);
    expect(await reply.text()).toBe(`${textOf(4)}\n${textOf(5)}\n`);
    // Where a proxy made of a stream a request that is answered once.
    const held = await ask({ "last-event-id": "prober-1-4" });
    expect(await held.text()).toBe(`${textOf(5)}\n`);
  });

  test.each([
    ["knows another run", "prober-0-4"],
    ["knows what is not kept any more", "prober-1-1"],
    ["knows nothing that has a name", "what"],
  ])("are not for who %s: that one gets the whole", async (_who, since) => {
    const { writer, ask } = await open();
    await writeUpTo(writer, { from: 2, to: 5 });
    const reply = await ask({}, `?since=${since}`);
    expect(reply.headers.get("content-type")).toBe("application/json");
    expect(await reply.text()).toBe(printSnapshot(VERDICTS, snapshotOf(5)));
  });

  test("stand behind the base that was printed for others, which is printed once", async () => {
    const { writer, follow } = await open();
    await writeUpTo(writer, { to: 1 });
    const early = await follow();
    await early.until(() => early.events.length === 1);
    await writer.write(snapshotOf(2), changeTo(2));
    await writer.write(snapshotOf(3), changeTo(3));
    const late = await follow();
    await late.until(() => late.events.length === 1);
    expect([late.events[0]?.id, late.events[0]?.type]).toEqual(["prober-1-3", ""]);
    expect(splitBase(late.events[0]?.data ?? "")).toEqual({
      base: printSnapshot(VERDICTS, snapshotOf(1)),
      changes: [textOf(2), textOf(3)],
    });
  });

  test("that do not go on from what was written before make a whole", async () => {
    const { writer, ask } = await open();
    await writeUpTo(writer, { to: 2 });
    await writer.write(snapshotOf(5), changeTo(5));
    const reply = await ask({}, "?since=prober-1-2");
    expect(reply.headers.get("content-type")).toBe("application/json");
  });
});

describe("the credential", () => {
  test.each([
    ["of its kind", "Bearer of-toys", 200],
    ["of another kind", "Bearer of-keys", 401],
    ["that is none", undefined, 401],
  ])("%s", async (_which, authorization, status) => {
    const { writer, ask } = await open({
      refusal: (sent) => (sent.authorization === "Bearer of-toys" ? null : "needs the token of toys"),
    });
    await writer.write(snapshotOf(1));
    for (const accept of ["application/json", "text/event-stream"]) {
      const reply = await ask({ accept, ...(authorization === undefined ? {} : { authorization }) });
      expect(reply.status).toBe(status);
      if (status === 401) expect(await reply.json()).toEqual({ error: "needs the token of toys" });
      else await reply.body?.cancel();
    }
  });
});

/** Far more than the system's own buffers hold. */
function largeSnapshot(sequence: number): Snapshot {
  const [verdict] = snapshotOf(1).verdicts;
  if (verdict === undefined) throw new Error("the first has verdicts");
  return { ...snapshotOf(sequence), verdicts: [{ ...verdict, detail: "x".repeat(16 * 1024 * 1024) }] };
}

function connections(server: { getConnections(callback: (fault: unknown, count: number) => void): unknown }) {
  return new Promise<number>((resolve) => {
    server.getConnections((_fault, count) => resolve(count));
  });
}

describe("a reader that is slow", () => {
  test("misses what came meanwhile, but for the newest, and holds up no other", async () => {
    const { writer, follow } = await open();
    const slow = await follow();
    const quick = await follow();
    await Promise.all([once(slow.socket, "data"), once(quick.socket, "data")]);
    slow.socket.pause();
    await writer.write(largeSnapshot(1));
    for (let sequence = 2; sequence <= 20; sequence += 1) {
      await writer.write(snapshotOf(sequence));
      if (sequence === 2) await quick.until(() => quick.events.at(-1)?.id === "prober-1-2");
    }
    await quick.until(() => quick.events.at(-1)?.id === "prober-1-20");
    slow.socket.resume();
    await slow.until(() => slow.events.at(-1)?.id === "prober-1-20");
    expect(idsOf(slow.events)).toEqual([null, "prober-1-1", "prober-1-20"]);
  });

  test("gets the changes that came meanwhile, where they are kept", async () => {
    const { writer, follow } = await open();
    const { events, socket, until } = await follow();
    const quick = await follow();
    await Promise.all([once(socket, "data"), once(quick.socket, "data")]);
    socket.pause();
    await writer.write(largeSnapshot(1));
    await quick.until(() => quick.events.at(-1)?.id === "prober-1-1");
    for (let sequence = 2; sequence <= 4; sequence += 1)
      await writer.write(snapshotOf(sequence), { after: sequence - 1, changed: [], removed: [] });
    socket.resume();
    await until(() => events.at(-1)?.id === "prober-1-4");
    expect(events.slice(1).map((event) => event?.type)).toEqual(["", "change", "change", "change"]);
  });

  test("is sent no heartbeats that it does not take", async () => {
    const { clock, writer, follow } = await open();
    const { socket, events, until } = await follow();
    await once(socket, "data");
    socket.pause();
    await writer.write(largeSnapshot(1));
    for (let count = 0; count < 50; count += 1) await clock.advance(HEARTBEAT_MS);
    await writer.write(snapshotOf(2));
    socket.resume();
    await until(() => events.at(-1)?.id === "prober-1-2");
    expect(idsOf(events).filter((id) => id === null).length).toBeLessThan(5);
  });

  test("is cut off when it takes nothing for too long", async () => {
    const { server, writer, follow } = await open({ stuckMs: 50 });
    const { socket } = await follow();
    await once(socket, "data");
    socket.pause();
    await writer.write(largeSnapshot(1));
    while ((await connections(server)) > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await connections(server)).toBe(0);
  });
});

test("more readers than there may be are refused, until one has gone", async () => {
  const { server, writer, ask, follow } = await open({ maxReaders: 2 });
  await writer.write(snapshotOf(1));
  const one = await follow();
  await follow();
  await one.until(() => one.events.length > 0);
  while ((await connections(server)) < 2) await new Promise((resolve) => setImmediate(resolve));
  const refused = await ask();
  expect(refused.status).toBe(429);
  expect(await refused.json()).toEqual({ error: "too many readers of the snapshot at once" });
  one.socket.destroy();
  for (;;) {
    const reply = await ask();
    await reply.text();
    if (reply.status === 200) break;
  }
  expect((await ask()).status).toBe(200);
});

test("records that somebody else keeps are looked at for a base, and its text is not kept for long", async () => {
  const held = new Map(snapshotOf(1).verdicts.map((verdict) => [verdict.deployment, verdict]));
  let looks = 0;
  const records = {
    count: () => held.size,
    *all() {
      looks += 1;
      yield* held.values();
    },
  };
  const { ask, clock, writer } = await open({ records });
  const bare = (sequence: number) => ({ ...snapshotOf(sequence), verdicts: [] });
  const text = async (query = "") => (await ask({}, query)).text();
  await writer.write(bare(1));
  expect(parseSnapshot(VERDICTS, await text())).toEqual({ ok: true, value: snapshotOf(1) });
  await text();
  expect(looks).toBe(1);
  await clock.advance(10_000);
  await text();
  expect(looks).toBe(2);
  const changed = { ...verdictOf(0, 1), detail: "another" };
  held.set(changed.deployment, changed);
  await writer.write(bare(2), { after: 1, changed: [changed], removed: [] });
  expect(await text("?since=prober-1-1")).toContain('"another"');
  expect(looks).toBe(2);
  expect(await text()).toContain('"another"');
  expect(looks).toBe(3);
});
