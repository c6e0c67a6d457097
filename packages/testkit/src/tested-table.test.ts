import { expect, test } from "vitest";
import { updateTested, type TestedRow } from "./tested-table.ts";

const DIST: TestedRow = {
  lane: "test:dist",
  date: "2026-11-26",
  versions: { node: "24.21.0" },
  passed: 9,
  failed: 0,
  skipped: 1,
  seconds: 10.4,
};

test("a page begins with its first row", () => {
  const page = updateTested("", DIST);
  expect(page).toMatch(/^# Tested\n/);
  expect(page).toContain("| `test:dist` | 2026-11-26 | node 24.21.0 | 9 | 0 | 1 | 10 |\n");
});

test("a lane's row is replaced, those of others stay, whatever a formatter made of them", () => {
  const padded = updateTested("", { ...DIST, lane: "test:real" }).replaceAll(" |", "     |");
  const both = updateTested(updateTested(padded, DIST), { ...DIST, passed: 10, date: "2026-12-01" });
  const rows = both.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows).toEqual([
    "| `test:dist` | 2026-12-01 | node 24.21.0 | 10 | 0 | 1 | 10 |",
    "| `test:real` | 2026-11-26 | node 24.21.0 | 9 | 0 | 1 | 10 |",
  ]);
});

test("figures stand below, those of other lanes stay", () => {
  const one = updateTested("", { ...DIST, lane: "test:litellm", figures: { configs: "3 of 4", names: "2" } });
  const both = updateTested(one.replaceAll(" |", "     |"), { ...DIST, figures: { size: "10 MB" } });
  const again = updateTested(both, {
    ...DIST,
    lane: "test:litellm",
    date: "2026-12-01",
    figures: { configs: "4" },
  });
  expect(
    again
      .split("## Measured\n")[1]
      ?.split("\n")
      .filter((line) => line.startsWith("| `")),
  ).toEqual(["| `test:dist` | 2026-11-26 | size | 10 MB |", "| `test:litellm` | 2026-12-01 | configs | 4 |"]);
});
