import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { freePort } from "@rollcall/testkit";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Each line about it is so long: a pipe and what may wait behind it are soon full. */
const ALIAS = "a".repeat(4_000);

interface Daemon {
  readonly child: ChildProcess;
  readonly gateway: string;
  readonly prober: string;
}

interface Start {
  readonly workers?: number;
  readonly stdout?: number | "pipe";
}

/** A command whose backend is not there, so that every request has its line. */
async function start(command: string, { workers = 1, stdout = "pipe" }: Start = {}): Promise<Daemon> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-log-readers-"));
  const [gateway, prober] = [await freePort(), await freePort()];
  const entry = { model: "openai/m", api_base: "http://127.0.0.1:9/v1" };
  const config = {
    model_list: [{ model_name: ALIAS, litellm_params: entry }],
    rollcall: {
      gateway: { port: gateway, workers, drain: "0s" },
      prober: { port: prober },
      state: { file: path.join(directory, "state.json") },
    },
  };
  const file = path.join(directory, "config.yaml");
  writeFileSync(file, JSON.stringify(config));
  const stdio: StdioOptions = ["ignore", stdout, "pipe"];
  const child = spawn(process.execPath, [MAIN, command, "-c", file], {
    stdio,
    env: { PATH: process.env["PATH"] },
  });
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    rmSync(directory, { recursive: true });
  });
  const daemon = { child, gateway: `http://127.0.0.1:${gateway}`, prober: `http://127.0.0.1:${prober}` };
  const url = command === "prober" ? daemon.prober : daemon.gateway;
  await vi.waitFor(async () => expect(await livez(url)).toBe(200), { timeout: 30_000, interval: 50 });
  return daemon;
}

async function livez(url: string): Promise<number> {
  const { statusCode, body } = await request(`${url}/livez`, { headersTimeout: 5_000 });
  await body.dump();
  return statusCode;
}

/** Asks so often; the statuses that came. */
async function ask({ gateway }: Daemon, times: number): Promise<Set<number>> {
  const statuses = new Set<number>();
  let left = times;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      const { statusCode, body } = await request(`${gateway}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: ALIAS, messages: [] }),
        headersTimeout: 20_000,
      });
      await body.dump();
      statuses.add(statusCode);
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return statuses;
}

function residentMiB({ pid = 0 }: ChildProcess): number {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1024;
}

/** It ends in order, and nothing that it started holds on. */
async function endsWell({ child }: Daemon): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
}

const SERVING: readonly [string, string, number][] = [
  ["a gateway", "gateway", 1],
  ["a gateway of two workers", "gateway", 2],
  ["rollcall up", "up", 1],
];

describe("a reader of the log that goes away ends nothing", () => {
  test.each(SERVING)("of %s", async (_case, command, workers) => {
    const daemon = await start(command, { workers });
    daemon.child.stdout?.destroy();
    daemon.child.stderr?.destroy();
    expect(await ask(daemon, 50)).toEqual(new Set([503]));
    await endsWell(daemon);
  });

  test("of a prober", async () => {
    const daemon = await start("prober");
    daemon.child.stdout?.destroy();
    daemon.child.stderr?.destroy();
    const url = `${daemon.prober}/readyz`;
    // Its refusals are logged.
    expect((await request(`${daemon.prober}/nowhere`)).statusCode).toBe(404);
    expect((await request(url)).statusCode).toBe(503);
    expect(await livez(daemon.prober)).toBe(200);
    await endsWell(daemon);
  });
});

describe("a reader of the log that stops reading holds nothing up", () => {
  test.each(SERVING)("of %s, and is told later what it missed", async (_case, command, workers) => {
    const daemon = await start(command, { workers });
    await ask(daemon, 100);
    const before = residentMiB(daemon.child);
    expect(await ask(daemon, 900)).toEqual(new Set([503]));
    // Four megabytes of lines, of which one may wait.
    expect(residentMiB(daemon.child) - before).toBeLessThan(100);
    let text = "";
    daemon.child.stdout?.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    await vi.waitFor(() => expect(text).toContain("log lines lost"), { timeout: 20_000 });
    const lines = text.slice(0, text.lastIndexOf("\n")).split("\n");
    const told = lines.map((line) => JSON.parse(line) as { msg: string; lines?: number });
    const lost = told.flatMap(({ msg, lines: count }) =>
      msg.startsWith("log lines lost") ? [count ?? 0] : [],
    );
    expect(lost[0]).toBeGreaterThan(0);
    expect(text.length).toBeLessThan(3 * 1024 * 1024);
    await endsWell(daemon);
  });
});

test("a log on a full disk ends nothing", async () => {
  const full = openSync("/dev/full", "w");
  onTestFinished(() => closeSync(full));
  const daemon = await start("gateway", { stdout: full });
  expect(await ask(daemon, 50)).toEqual(new Set([503]));
  await endsWell(daemon);
});

test("what a command prints reaches a slow reader whole", async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-log-readers-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, "config.yaml");
  const entry = { model: "openai/m", api_base: "http://127.0.0.1:9/v1" };
  const unknown = Object.fromEntries(Array.from({ length: 6_000 }, (_, index) => [`unknown_${index}`, 1]));
  writeFileSync(
    file,
    JSON.stringify({ model_list: [{ model_name: "chat", litellm_params: entry }], router_settings: unknown }),
  );
  const child = spawn("sh", ["-c", `"$0" "$1" check "$2" | (sleep 2; cat)`, process.execPath, MAIN, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  await once(child, "close");
  expect(text.match(/router_settings\.unknown_\d+:/g)).toHaveLength(6_000);
  expect(text.slice(-100)).toMatch(/0 errors, \d+ warnings\n$/);
});
