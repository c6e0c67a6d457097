import { PassThrough } from "node:stream";
import type { IncomingMessage } from "node:http";
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FakeClock, settle } from "@rollcall/testkit";
import { cutAnywhere } from "../../test/json-text.ts";
import { Deadlines } from "../upstream/deadlines.ts";
import { BodyMemory } from "./body-memory.ts";
import { receiveBody, type BodyFailure } from "./receive-body.ts";

const KIB = 1024;
const MAX_BYTES = 400 * KIB;

/** A process that receives bodies, its time in our hand. */
function receiving(limitBytes = 4_000 * KIB) {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const memory = new BodyMemory({ limitBytes: () => limitBytes, maxBodyBytes: () => MAX_BYTES, clock });
  const open = (announced?: number, holder = "me") => {
    const stream = new PassThrough({ highWaterMark: 16 * KIB * KIB });
    const headers = announced === undefined ? {} : { "content-length": String(announced) };
    const incoming = Object.assign(stream, { headers }) as unknown as IncomingMessage;
    const heard: (string | BodyFailure)[] = [];
    const hold = memory.open(holder);
    receiveBody(
      incoming,
      { maxBytes: MAX_BYTES, hold, deadlines },
      {
        onBody: (body) => heard.push(body.toString("latin1")),
        onBodyFailed: (failure) => heard.push(failure),
      },
    );
    return { stream, hold, heard };
  };
  const seconds = async (count: number, each: () => void = () => {}) => {
    for (let second = 0; second < count; second += 1) {
      each();
      await settle();
      clock.jump(1_000);
      deadlines.look();
    }
  };
  return { clock, deadlines, memory, open, seconds };
}

describe("a body arrives whole", () => {
  test("however it is cut, counted by its bytes until it is released", async () => {
    const body = fc.uint8Array({ maxLength: 500 }).chain((bytes) => cutAnywhere(Buffer.from(bytes)));
    await fc.assert(
      fc.asyncProperty(body, fc.boolean(), async (chunks, announced) => {
        const { memory, open } = receiving();
        const whole = Buffer.concat(chunks);
        const { stream, heard, hold } = open(announced ? whole.length : undefined);
        for (const chunk of chunks) stream.write(chunk);
        stream.end();
        await settle();
        expect(heard).toEqual([whole.toString("latin1")]);
        expect([hold.bytes, memory.heldBytes]).toEqual([whole.length, whole.length]);
        hold.release();
        expect(memory.heldBytes).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test("as long as is allowed", async () => {
    const { open } = receiving();
    const { stream, heard } = open();
    stream.end(Buffer.alloc(MAX_BYTES));
    await settle();
    expect(heard).toEqual([Buffer.alloc(MAX_BYTES).toString("latin1")]);
  });
});

describe("a body is refused once, and nothing of it is held", () => {
  test.each<[string, { announced?: number; chunks: readonly number[] }, BodyFailure]>([
    [
      "that announces too much",
      { announced: MAX_BYTES + 1, chunks: [] },
      { kind: "body_too_large", limit: MAX_BYTES },
    ],
    [
      "that becomes too large",
      { chunks: [300 * KIB, 100 * KIB + 1, 1] },
      { kind: "body_too_large", limit: MAX_BYTES },
    ],
    [
      "that announces more than its holder's share has left",
      { announced: 360 * KIB, chunks: [] },
      { kind: "body_memory", scope: "share", retryAfterS: 2 },
    ],
    [
      "that grows beyond its holder's share",
      { chunks: [100 * KIB, 300 * KIB, 1] },
      { kind: "body_memory", scope: "share", retryAfterS: 2 },
    ],
  ])("%s", async (_case, { announced, chunks }, failure) => {
    const { memory, open } = receiving(1_600 * KIB);
    expect(memory.open("me").grow(50 * KIB)).toBe("ok");
    const { stream, heard, hold } = open(announced);
    for (const bytes of chunks) stream.write(Buffer.alloc(bytes));
    stream.end();
    await settle();
    expect(heard).toEqual([failure]);
    expect([hold.bytes, memory.heldBytes]).toEqual([0, 50 * KIB]);
  });

  test("where the memory of all is used up", async () => {
    const { memory, open } = receiving(500 * KIB);
    const { stream } = open(undefined, "another");
    stream.write(Buffer.alloc(300 * KIB));
    await settle();
    const refusal = { kind: "body_memory", scope: "all", retryAfterS: 2 };
    expect(open(201 * KIB).heard).toEqual([refusal]);
    expect(memory.heldBytes).toBe(300 * KIB);
  });

  test.each([
    ["closes", (stream: PassThrough) => stream.destroy()],
    ["breaks", (stream: PassThrough) => stream.destroy(new Error("aborted"))],
  ])("when its connection %s", async (_case, leave) => {
    const { memory, open } = receiving();
    const { stream, heard } = open(1_000);
    stream.write("a part");
    await settle();
    expect(memory.heldBytes).toBe(6);
    leave(stream);
    await settle();
    expect(heard).toEqual([{ kind: "body_incomplete" }]);
    expect(memory.heldBytes).toBe(0);
  });
});

describe("nobody looks any more after a body", () => {
  afterEach(() => void vi.useRealTimers());

  test.each([
    ["that is there", (stream: PassThrough) => stream.end()],
    ["that was cut", (stream: PassThrough) => stream.destroy()],
  ])("%s", async (_case, finish) => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { deadlines, open } = receiving();
    const { stream } = open();
    stream.write("a part");
    await settle();
    expect(vi.getTimerCount()).toBe(1);
    finish(stream);
    await settle();
    deadlines.look();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a body that hardly arrives", () => {
  const slow = { kind: "body_too_slow" };

  test.each<[string, number, (second: number) => number]>([
    ["brings less than 8 KiB/s", 10, () => 8 * KIB - 1],
    ["brings a large part, and then hardly anything", 11, (second) => (second === 0 ? 100 * KIB : 1)],
    ["brings its bytes in bursts that are too rare", 10, (second) => (second % 10 === 0 ? 79 * KIB : 0)],
  ])("gives way after ten seconds when others wait: it %s", async (_case, seconds, bytes) => {
    const { memory, open, seconds: pass } = receiving(1_600 * KIB);
    for (const holder of ["one", "two", "three", "four"]) {
      const hold = memory.open(holder);
      expect(hold.grow(350 * KIB)).toBe("ok");
    }
    const { stream, heard } = open();
    let second = 0;
    const bring = () => {
      stream.write(Buffer.alloc(bytes(second)));
      second += 1;
    };
    await pass(seconds - 1, bring);
    expect(heard).toEqual([]);
    await pass(1, bring);
    expect(heard).toEqual([slow]);
    expect(memory.heldBytes).toBe(4 * 350 * KIB);
  });

  test("stays while nobody waits, and gives way as soon as somebody is refused", async () => {
    const { memory, open, seconds } = receiving(800 * KIB);
    const { stream, heard } = open();
    await seconds(60, () => stream.write("x"));
    expect(heard).toEqual([]);
    expect(memory.open("another").grow(400 * KIB)).toBe("ok");
    expect(memory.open("yet another").grow(400 * KIB)).toBe("over_limit");
    await seconds(1);
    expect(heard).toEqual([slow]);
  });

  test("does not give way where another holder's share is used up", async () => {
    const { memory, open, seconds } = receiving();
    const { stream, heard } = open();
    await seconds(10, () => stream.write("x"));
    expect(memory.open("another").grow(1_001 * KIB)).toBe("over_share");
    await seconds(1);
    expect(heard).toEqual([]);
    expect(memory.open("me").grow(1_001 * KIB)).toBe("over_share");
    await seconds(1);
    expect(heard).toEqual([slow]);
  });

  test("is not blamed for a pause of the whole process", async () => {
    const { clock, deadlines, open } = receiving(400 * KIB);
    const { stream, heard, hold } = open();
    stream.write(Buffer.alloc(350 * KIB));
    await settle();
    expect(hold.contended).toBe(true);
    clock.jump(60_000);
    deadlines.look();
    expect(heard).toEqual([]);
  });

  test("may take as long as it likes at 8 KiB/s", async () => {
    const { open, seconds } = receiving(400 * KIB);
    const { stream, heard, hold } = open();
    await seconds(45, () => stream.write(Buffer.alloc(8 * KIB)));
    expect(hold.contended).toBe(true);
    stream.end();
    await settle();
    expect(heard).toEqual([Buffer.alloc(360 * KIB).toString("latin1")]);
  });
});
