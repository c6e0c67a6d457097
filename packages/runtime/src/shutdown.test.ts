import { setTimeout as sleep } from "node:timers/promises";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { recordedLog } from "../test/recorded-log.ts";
import { EXIT } from "./exit-codes.ts";
import { silentLog } from "./log.ts";
import { shutDown, type ShutdownStep } from "./shutdown.ts";

describe("shutting down", () => {
  const steps = (...answers: readonly (boolean | Error)[]) => {
    const ran: string[] = [];
    const made = answers.map((answer, index): ShutdownStep => ({
      name: `step ${index}`,
      run: async () => {
        ran.push(`begin ${index}`);
        await Promise.resolve();
        ran.push(`end ${index}`);
        if (answer instanceof Error) throw answer;
        return answer;
      },
    }));
    return { made, ran };
  };

  test("runs the steps one after the other, in order", async () => {
    const { made, ran } = steps(true, true);
    expect(await shutDown(made, silentLog)).toBe(EXIT.ok);
    expect(ran).toEqual(["begin 0", "end 0", "begin 1", "end 1"]);
  });

  test.each([
    [[], EXIT.ok],
    [[true, true], EXIT.ok],
    [[false, true], EXIT.unclean],
    [[true, false], EXIT.unclean],
    [[new Error("stuck"), true], EXIT.unclean],
  ])("of steps that answer %j ends with %d", async (answers, code) => {
    expect(await shutDown(steps(...answers).made, silentLog)).toBe(code);
  });

  test("runs the later steps also where one fails, and logs that one by its name", async () => {
    const { log, lines } = recordedLog();
    const { made, ran } = steps(new Error("stuck"), true);
    await shutDown(made, log);
    expect(ran).toContain("end 1");
    expect(lines).toEqual([{ level: "error", step: "step 0", error: "stuck", msg: "shutdown step failed" }]);
  });

  test("survives a step that throws before it has begun, and what is no error", async () => {
    const odd: ShutdownStep = {
      name: "odd",
      run() {
        throw "no error";
      },
    };
    const { log, lines } = recordedLog();
    expect(await shutDown([odd], log)).toBe(EXIT.unclean);
    expect(lines).toMatchObject([{ step: "odd", error: "no error" }]);
  });
});

describe("a daemon that waits for a signal", () => {
  async function daemon(): Promise<{ child: ChildProcess; said: AsyncIterator<string> }> {
    const child = fork(new URL("../test/waiting-daemon.ts", import.meta.url), {
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    if (child.stdout === null) throw new Error("no output");
    const said = createInterface(child.stdout)[Symbol.asyncIterator]();
    expect((await said.next()).value).toBe("ready");
    return { child, said };
  }

  test.each(["SIGTERM", "SIGINT"] as const)(
    "is told of %s and goes on; a second signal ends it",
    async (signal) => {
      const { child, said } = await daemon();
      child.kill(signal);
      expect((await said.next()).value).toBe(signal);
      const ended = once(child, "exit");
      // The same key press, delivered twice.
      child.kill(signal);
      await sleep(600);
      expect(child.exitCode).toBeNull();
      child.kill("SIGTERM");
      expect(await ended).toEqual([EXIT.unclean, null]);
    },
  );

  test("is told to end when whoever started it is gone", async () => {
    const { child, said } = await daemon();
    child.disconnect();
    expect((await said.next()).value).toBe("SIGTERM");
  });
});
