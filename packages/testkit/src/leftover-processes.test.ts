import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { findLeftovers, readProcesses, type ProcessFacts } from "./leftover-processes.ts";
import { until } from "./until.ts";

const RUN = { runner: 100, root: "/src/rollcall/" };

const other = (pid: number, parent: number, facts: Partial<ProcessFacts> = {}): ProcessFacts => ({
  pid,
  parent,
  startedAt: 50,
  exe: "/usr/bin/node",
  cwd: "/",
  command: "node",
  ...facts,
});
const OURS = {
  exe: "/src/rollcall/node_modules/node/bin/node",
  cwd: "/src/rollcall/packages",
  startedAt: 60,
};
const BASE = [other(1, 0), other(100, 9), other(110, 100, OURS), other(9, 1)];

test.each([
  ["the runner and its workers are none", [], []],
  ["what a worker started is one", [other(120, 110, OURS)], [120]],
  ["and what that one started, whatever it runs", [other(120, 110, OURS), other(121, 120)], [120, 121]],
  ["one whose parent is gone is known by its program", [other(130, 1, { ...OURS, cwd: "/" })], [130]],
  ["or by where it works", [other(130, 1, { ...OURS, exe: "/usr/bin/python3" })], [130]],
  [
    "also where systemd took it over",
    [other(8, 1, { command: "/usr/lib/systemd/systemd --user" }), other(130, 8, OURS)],
    [130],
  ],
  ["one of an earlier run is none", [other(130, 1, { ...OURS, startedAt: 40 })], []],
  ["one of another workspace is none", [other(130, 1, { startedAt: 60, cwd: "/src/rollcall-2" })], []],
  [
    "another run beside this one, and what it started, is none",
    [other(200, 9, OURS), other(210, 200, OURS)],
    [],
  ],
])("%s", (_what, processes, pids) => {
  expect(findLeftovers([...BASE, ...processes], RUN).map(({ pid }) => pid)).toEqual(pids);
});

test("a process that has lost its parent is read from /proc, with what it is known by", async () => {
  const child = "setInterval(() => {}, 1000); process.stdout.write(String(process.pid))";
  const parent = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" }).once("spawn", () => process.exit())`;
  const started = spawn(process.execPath, ["-e", parent], { stdio: ["ignore", "pipe", "inherit"] });
  const [output] = (await once(started.stdout, "data")) as [Buffer];
  const pid = Number(output.toString());
  onTestFinished(() => void process.kill(pid, "SIGKILL"));
  const root = `${process.cwd()}/`;
  const found = () =>
    findLeftovers(readProcesses(), { runner: process.pid, root }).find((one) => one.pid === pid);
  await until(() => found() !== undefined);
  expect(found()?.command).toContain("setInterval");
});
