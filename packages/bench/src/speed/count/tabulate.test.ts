import { expect, it } from "vitest";
import { tabulate } from "./tabulate.ts";

const COLUMNS = [
  { key: "cpu", title: "CPU", digits: 1, compare: "ratio" },
  { key: "p50", title: "p50", digits: 0, compare: "added" },
  { key: "perSecond", title: "rate", digits: 0 },
] as const;

it("compares CPU with nginx and times with the direct row", () => {
  const rows = tabulate({ columns: COLUMNS, base: "nginx" }, [
    { system: "direct", samples: [{ cpu: 5, p50: 100, perSecond: 9 }] },
    { system: "nginx", samples: [{ cpu: 10, p50: 120, perSecond: 8 }] },
    { system: "Rollcall", samples: [{ cpu: 25, p50: 170, perSecond: 7 }], note: "so" },
  ]);
  const one = (value: number) => ({ median: value, min: value, max: value });
  expect(rows[2]).toEqual({
    system: "Rollcall",
    cells: {
      cpu: { value: one(25), compared: one(2.5) },
      p50: { value: one(170), compared: one(70) },
      perSecond: { value: one(7), compared: null },
    },
    note: "so",
  });
  expect(rows[0]?.cells["p50"]).toEqual({ value: one(100), compared: null });
});

it("has empty cells where nothing was measured or there is nothing to compare with", () => {
  const [row] = tabulate({ columns: COLUMNS, base: "nginx" }, [
    { system: "Rollcall", samples: [{ cpu: 25 }] },
  ]);
  expect(row?.cells["cpu"]?.compared).toBeNull();
  expect(row?.cells["p50"]).toEqual({ value: null, compared: null });
});
