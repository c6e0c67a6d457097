import { expect, it } from "vitest";
import { mergeReports, type Report } from "./report.ts";
import type { Entry } from "./wall.ts";

const machine = { date: "2026-01-01", cores: 2, cpu: "", memoryGiB: 8, node: "v24" };
const entry = (failure: string): Entry => ({ failure });
const report = (system: string, rows: Record<string, string>): Report => ({
  machine,
  systems: [{ name: system, version: "1", setup: "", perSecond: 100 }],
  rows: Object.entries(rows).map(([name, text]) => ({ name, entries: { [system]: entry(text) } })),
});

it("adds systems and rows, and puts the newer result over the older", () => {
  const first = report("a", { rename: "old", restart: "kept" });
  const merged = mergeReports(
    mergeReports(first, report("b", { rename: "b" })),
    report("a", { rename: "new" }),
  );
  expect(merged.systems.map(({ name }) => name)).toEqual(["b", "a"]);
  expect(merged.rows).toEqual([
    { name: "rename", entries: { a: entry("new"), b: entry("b") } },
    { name: "restart", entries: { a: entry("kept") } },
  ]);
});
