import { describe, expect, onTestFinished, test } from "vitest";
import { FakeClock } from "@rollcall/testkit";
import { recordedLog } from "../test/recorded-log.ts";
import { silentLog } from "./log.ts";
import { startSystemd, Systemd, watchdogOf, type ServiceStatus } from "./systemd.ts";

interface State {
  ready: boolean;
  status: string;
  healthy: boolean;
  /** What sending fails with; null: it arrives. */
  fault: string | null;
}

async function told(watchdogMs: number | null, state: Partial<State> = {}) {
  const now: State = { ready: true, status: "all well", healthy: true, fault: null, ...state };
  const service: ServiceStatus = {
    isReady: () => now.ready,
    summary: () => now.status,
    isHealthy: () => now.healthy,
  };
  const clock = new FakeClock();
  const messages: string[] = [];
  const { log, lines } = recordedLog();
  const systemd = new Systemd(service, {
    clock,
    log,
    watchdogMs,
    notify: async (variables) => {
      if (now.fault !== null) throw Object.assign(new Error("no"), { code: now.fault });
      messages.push(variables.join(" | "));
    },
  });
  systemd.start();
  onTestFinished(() => systemd.end());
  await clock.advance(0);
  /** What it says while so many seconds go by, looked at often. */
  const during = async (seconds: number) => {
    const before = messages.length;
    for (let step = 0; step < seconds * 10; step += 1) await clock.advance(100);
    return messages.slice(before);
  };
  return { systemd, now, messages, lines, during, clock };
}

describe("what systemd is told", () => {
  test("is that the service is ready and how it is, once; then only what changes", async () => {
    const { messages, now, during } = await told(null);
    expect(messages).toEqual(["READY=1 | STATUS=all well"]);
    expect(await during(60)).toEqual([]);
    now.status = "3 of 4 aliases ready; llama: wrong_name";
    expect(await during(1)).toEqual(["STATUS=3 of 4 aliases ready; llama: wrong_name"]);
    expect(await during(60)).toEqual([]);
  });

  test("is no readiness before there is any, and then it is told within a moment", async () => {
    const { messages, now, during } = await told(null, { ready: false });
    expect(messages).toEqual(["STATUS=all well"]);
    expect(await during(9)).toEqual([]);
    now.ready = true;
    expect(await during(0.2)).toEqual(["READY=1"]);
  });

  test("is readiness after ten seconds all the same: no start hangs on others", async () => {
    const { during } = await told(null, { ready: false });
    expect(await during(9.9)).toEqual([]);
    expect(await during(0.2)).toEqual(["READY=1"]);
  });

  test("is a status of one line that has an end", async () => {
    const { messages } = await told(null, { status: `a\nREADY=1\r\u0000b${"c".repeat(300)}` });
    const [, status = ""] = (messages[0] ?? "").split(" | ");
    expect(status).toMatch(/^STATUS=a READY=1 bc+…$/);
    expect(status).toHaveLength("STATUS=".length + 200);
  });

  test("is a reload from its beginning to its end, with the time that systemd compares", async () => {
    const { systemd, messages, now, clock } = await told(null);
    await clock.advance(1_234.5);
    now.status = "the config file has errors";
    systemd.reloaded();
    await clock.advance(0);
    expect(messages.slice(1)).toEqual([
      "RELOADING=1 | MONOTONIC_USEC=51234500",
      "READY=1 | STATUS=the config file has errors",
    ]);
  });

  test("is no reload before it is ready, and none once it ends", async () => {
    const { systemd, messages, during } = await told(null, { ready: false });
    systemd.reloaded();
    systemd.stopping();
    systemd.reloaded();
    await during(20);
    expect(messages).toEqual(["STATUS=all well", "STOPPING=1"]);
  });

  test("is the end, how far it is, and nothing after it", async () => {
    const { systemd, messages, now, during } = await told(10_000);
    now.status = "draining: 2 requests under way";
    systemd.stopping();
    expect(await during(0.1)).toEqual(["STOPPING=1 | STATUS=draining: 2 requests under way"]);
    // A drain may take longer than the watchdog waits, and what ends no longer does its work.
    now.healthy = false;
    now.status = "draining: 1 request under way";
    expect(await during(10)).toEqual(["STATUS=draining: 1 request under way", "WATCHDOG=1", "WATCHDOG=1"]);
    await systemd.end();
    const count = messages.length;
    now.status = "another";
    await during(20);
    expect(messages).toHaveLength(count);
  });
});

describe("the watchdog", () => {
  test("is fed twice in its time", async () => {
    const { messages, during } = await told(10_000);
    expect(messages).toEqual(["READY=1 | STATUS=all well | WATCHDOG=1"]);
    expect(await during(20)).toEqual(["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
  });

  test("is left to bark while the service hangs, and fed again at once when it goes on", async () => {
    const { now, during } = await told(10_000);
    now.healthy = false;
    expect(await during(30)).toEqual([]);
    now.healthy = true;
    expect(await during(1)).toEqual(["WATCHDOG=1"]);
  });

  test("has no longer patience than a look: a short one is fed in time too", async () => {
    const { during } = await told(1_000);
    expect((await during(2)).length).toBeGreaterThanOrEqual(3);
  });

  test.each<[Record<string, string>, number | null]>([
    [{}, null],
    [{ WATCHDOG_USEC: "30000000" }, 30_000],
    [{ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" }, 30_000],
    [{ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "8" }, null],
    [{ WATCHDOG_USEC: "0" }, null],
    [{ WATCHDOG_USEC: "soon" }, null],
  ])("of process 7 with %j has %s ms", (env, expected) => {
    expect(watchdogOf(env, 7)).toBe(expected);
  });
});

describe("where telling fails", () => {
  test("a missing systemd-notify is one log line, and it is not asked for again", async () => {
    const { now, messages, lines, during } = await told(1_000, { fault: "ENOENT" });
    now.fault = null;
    now.status = "another";
    await during(5);
    expect(messages).toEqual([]);
    expect(lines).toEqual([
      { level: "error", msg: "systemd-notify is not installed; systemd will not see readiness or health" },
    ]);
  });

  test("any other trouble is one log line too, and the next is sent all the same", async () => {
    const { now, lines, during } = await told(1_000, { fault: "EPIPE" });
    await during(3);
    expect(lines).toEqual([
      {
        level: "error",
        code: "EPIPE",
        msg: "systemd-notify failed; systemd will not see readiness or health",
      },
    ]);
    now.fault = null;
    expect(await during(1)).toContain("WATCHDOG=1");
  });
});

test("without a socket nothing is begun, and nothing listens to signals", () => {
  const before = process.listenerCount("SIGHUP");
  const service: ServiceStatus = {
    isReady: () => expect.fail("asked"),
    summary: () => expect.fail("asked"),
    isHealthy: () => expect.fail("asked"),
  };
  for (const env of [{}, { NOTIFY_SOCKET: "" }]) {
    expect(startSystemd(service, { env, log: silentLog })).toBeNull();
  }
  expect(process.listenerCount("SIGHUP")).toBe(before);
});
