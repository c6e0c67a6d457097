import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** Makes objects of which some live on for a while, as long streams do; prints the most that the new space came to, in MB. */
const WORK = `
const v8 = await import("node:v8");
const size = () => v8.getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size / 2 ** 20;
let kept = [];
let most = 0;
const end = performance.now() + 2_000;
while (performance.now() < end) {
  for (let index = 0; index < 20_000; index += 1) {
    kept.push({ index, list: [index] });
    if (kept.length > 60_000) kept = kept.slice(30_000);
  }
  most = Math.max(most, size());
  await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log(Math.round(most));
`;

function newSpaceAfter(start: string): number {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", start + WORK], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return Number(stdout);
}

test("the space for new objects stays small, which otherwise grows", () => {
  const module = new URL("heap.ts", import.meta.url).href;
  const bounded = newSpaceAfter(`import { boundHeap } from ${JSON.stringify(module)};\nboundHeap();\n`);
  // Both halves of it, and the step that it may be over before it is looked at.
  expect(bounded).toBeLessThanOrEqual(32);
  expect(newSpaceAfter("")).toBeGreaterThan(bounded);
}, 30_000);
