import { describe, expect, test } from "vitest";
import { EXIT, NO_FAULT, silentLog, StartError } from "@rollcall/runtime";
import { FakeClock } from "@rollcall/testkit";
import type { LogLevelMessage, SettingsMessage } from "./message.ts";
import { Supervisor, type Launch } from "./supervisor.ts";
import type { End, Worker } from "./worker-process.ts";

/** A worker that lives and dies as the test says. */
class FakeWorker implements Worker {
  readonly #started = Promise.withResolvers<number | null>();
  readonly #ended = Promise.withResolvers<End>();
  readonly index: number;
  readonly port: number;
  readonly pid: number;
  readonly started = this.#started.promise;
  readonly ended = this.#ended.promise;
  listens = false;
  readonly told: (SettingsMessage | LogLevelMessage)[] = [];
  stops = 0;

  constructor({ index, port }: Launch) {
    this.index = index;
    this.port = port;
    this.pid = 100 + index;
  }

  listen(port = this.port): void {
    this.listens = true;
    this.#started.resolve(port);
  }

  async end(end: Partial<End> = {}): Promise<void> {
    this.listens = false;
    this.#started.resolve(null);
    this.#ended.resolve({ code: null, signal: null, refusal: null, ...end });
    await new Promise(setImmediate);
  }

  count: Worker["count"] = () => Promise.resolve([]);
  lastHeard: Worker["lastHeard"] = () => Promise.resolve(Number.POSITIVE_INFINITY);
  lookUp: Worker["lookUp"] = () => Promise.resolve(null);
  configure = (message: SettingsMessage | LogLevelMessage) => void this.told.push(message);
  hold = () => {};
  handOver = () => void (this.stops += 1);
  stop = () => void (this.stops += 1);
  kill = () => void this.end(KILLED);
}

const KILLED = { signal: "SIGKILL" } as const;

function supervised(count: number, onLaunch: (worker: FakeWorker) => void = (worker) => worker.listen(4000)) {
  const launched: FakeWorker[] = [];
  const clock = new FakeClock({ sleepsPass: true });
  const launch = (where: Launch) => {
    const worker = new FakeWorker(where);
    launched.push(worker);
    onLaunch(worker);
    return worker;
  };
  const supervisor = new Supervisor({ count, port: 0, launch, clock, log: silentLog });
  const newest = (index: number) => {
    const found = launched.findLast((worker) => worker.index === index);
    if (found === undefined) throw new Error(`worker ${index} was never started`);
    return found;
  };
  return { supervisor, launched, clock, newest };
}

describe("starting", () => {
  test("the first finds the port, the others take it", async () => {
    const { supervisor, launched } = supervised(3);
    expect(await supervisor.start()).toBe(4000);
    expect(launched.map(({ index, port }) => [index, port])).toEqual([
      [0, 0],
      [1, 4000],
      [2, 4000],
    ]);
    expect(supervisor.pids).toEqual([100, 101, 102]);
  });

  test("what keeps the first from starting is said, and no other is started", async () => {
    const refusal = new StartError("no such port", EXIT.usage);
    const { supervisor, launched } = supervised(
      3,
      (worker) => void worker.end({ code: EXIT.usage, refusal }),
    );
    await expect(supervisor.start()).rejects.toBe(refusal);
    expect(launched).toHaveLength(1);
  });

  test("where one of the others cannot, none is left", async () => {
    const { supervisor, newest } = supervised(2, (worker) => {
      if (worker.index === 0) worker.listen(4000);
      else void worker.end(KILLED);
      worker.stop = () => void worker.end({ code: EXIT.ok });
    });
    await expect(supervisor.start()).rejects.toThrow("worker 2 ended before it listened (SIGKILL)");
    expect(newest(0).listens).toBe(false);
  });
});

describe("a worker that crashes", () => {
  test("is started again on the same port, and only that one", async () => {
    const { supervisor, launched } = supervised(2);
    await supervisor.start();
    await launched[1]?.end(KILLED);
    expect(launched.map(({ index, port }) => [index, port])).toEqual([
      [0, 0],
      [1, 4000],
      [1, 4000],
    ]);
  });

  test("on start five times in a row ends the gateway", async () => {
    const { supervisor, launched, newest } = supervised(2);
    await supervisor.start();
    let gaveUp = false;
    void supervisor.gaveUp.then(() => (gaveUp = true));
    for (let crashes = 1; crashes <= 5; crashes += 1) {
      expect(gaveUp).toBe(false);
      await newest(1).end(KILLED);
    }
    expect(gaveUp).toBe(true);
    expect(launched).toHaveLength(6);
  });

  test("now and then does not", async () => {
    const { supervisor, launched, clock, newest } = supervised(2);
    await supervisor.start();
    for (let crashes = 1; crashes <= 20; crashes += 1) {
      clock.jump(60_000);
      await newest(1).end(KILLED);
    }
    expect(launched).toHaveLength(22);
    expect(newest(1).listens).toBe(true);
  });

  test("since its config has errors is tried until it can start, while others serve", async () => {
    const { supervisor, newest } = supervised(2);
    await supervisor.start();
    for (let tries = 1; tries <= 20; tries += 1) {
      await newest(1).end({ code: EXIT.usage, refusal: new StartError("a key is missing", EXIT.usage) });
    }
    expect(newest(1).listens).toBe(true);
  });
});

describe("checking the workers", () => {
  test("ends one that does not answer three times in a row, and it is started again", async () => {
    const { supervisor, launched } = supervised(2);
    await supervisor.start();
    const hanging = launched[1];
    if (hanging === undefined) throw new Error("there is no second worker");
    hanging.count = () => new Promise(() => {});
    for (const alive of [true, true, false]) {
      await supervisor.checkWorkers();
      expect(hanging.listens).toBe(alive);
    }
    await new Promise(setImmediate);
    expect(launched.map(({ index }) => index)).toEqual([0, 1, 1]);
    expect(launched[0]?.listens).toBe(true);
  });

  test("leaves one alone that answers now and then, and one that does not listen yet", async () => {
    const { supervisor, launched } = supervised(2, (worker) => {
      if (worker.port === 0 || worker.index === 1) worker.listen(4000);
    });
    await supervisor.start();
    for (let turn = 0; turn < 9; turn += 1) {
      const silent = turn % 3 !== 2;
      for (const worker of launched) {
        worker.count = () => (silent ? new Promise(() => {}) : Promise.resolve([]));
      }
      await supervisor.checkWorkers();
    }
    // The first one's successor takes its time to start.
    await launched[0]?.end(KILLED);
    const slow = launched[2];
    if (slow === undefined) throw new Error("the first was not started again");
    slow.count = () => new Promise(() => {});
    let killed = false;
    slow.kill = () => void (killed = true);
    for (let turn = 0; turn < 9; turn += 1) await supervisor.checkWorkers();
    expect(killed).toBe(false);
    expect(launched).toHaveLength(3);
  });
});

describe("stopping", () => {
  test.each([
    [[EXIT.ok, EXIT.ok], EXIT.ok],
    [[EXIT.ok, EXIT.unclean], EXIT.unclean],
    [[null, EXIT.ok], EXIT.unclean],
  ])("waits for all; of workers that end with %j the code is %d", async (codes, expected) => {
    const { supervisor, launched } = supervised(2);
    await supervisor.start();
    let code: number | null = null;
    const stopped = supervisor.stop().then((found) => (code = found));
    await launched[0]?.end({ code: codes[0] ?? null });
    expect(code).toBeNull();
    await launched[1]?.end({ code: codes[1] ?? null });
    expect(await stopped).toBe(expected);
    expect(launched.map(({ stops }) => stops)).toEqual([1, 1]);
  });

  test("starts none again", async () => {
    const { supervisor, launched } = supervised(2);
    await supervisor.start();
    const stopped = supervisor.stop();
    for (const worker of launched) await worker.end({ code: EXIT.ok });
    await stopped;
    expect(launched).toHaveLength(2);
  });
});

test("changed settings reach all of them", async () => {
  const { supervisor, launched } = supervised(3);
  await supervisor.start();
  const message = { kind: "status", status: NO_FAULT } as const;
  supervisor.configure(message);
  expect(launched.map(({ told }) => told)).toEqual([[message], [message], [message]]);
});
