import { expect, it } from "vitest";
import { Child } from "../../peers/child.ts";
import { cpuMicros } from "./cpu-time.ts";
import { residentKiB } from "./resident-memory.ts";
import { processTree } from "./process-tree.ts";

it("finds children of children, and what they used and hold", async () => {
  const busy =
    "const until = process.cpuUsage().user + 100_000; while (process.cpuUsage().user < until); setInterval(() => {}, 1_000)";
  const spawn = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(`${busy}; console.log("done")`)}], { stdio: "inherit" })`;
  const child = new Child(process.execPath, ["-e", spawn]);
  try {
    await child.sees(/done/);
    expect(processTree([child.pid])).toHaveLength(2);
    expect(cpuMicros([child.pid])).toBeGreaterThan(100_000);
    expect(residentKiB([child.pid])).toBeGreaterThan(1_000);
  } finally {
    await child.stop("SIGKILL");
  }
});

it("is nothing for processes that are gone", async () => {
  const child = new Child(process.execPath, ["-e", ""]);
  await child.ended;
  expect(cpuMicros([child.pid])).toBe(0);
  expect(residentKiB([child.pid])).toBe(0);
});
