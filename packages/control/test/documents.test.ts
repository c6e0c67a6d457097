import { readFileSync } from "node:fs";
import { Cell, NO_FAULT, registerSettingsGauges, type Settings } from "@rollcall/runtime";
import { expect, test } from "vitest";
import { ControlMetrics } from "../src/metrics.ts";

const PAGE = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");

/** Name, type and labels of each metric that the page lists for control. */
function listed(): readonly string[] {
  return PAGE.split("\n").flatMap((line) => {
    const [, name = "", type = "", labels = ""] = line.split("|").map((cell) => cell.trim());
    return name.startsWith("`rollcall_control_")
      ? [`${name} ${type} ${labels}`.replaceAll("`", "").trim()]
      : [];
  });
}

test("the page of operations lists every metric with its type and labels", async () => {
  const { registry } = new ControlMetrics(() => 0);
  const source = { cell: new Cell({ generation: 1 } as Settings), status: new Cell(NO_FAULT) };
  registerSettingsGauges({ registry, prefix: "rollcall_control", source });
  const types = new Map((await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]));
  const real = registry.getMetricsAsArray().map((metric) => {
    const { labelNames = [] } = metric as { labelNames?: readonly string[] };
    return `${metric.name} ${types.get(metric.name)} ${labelNames.join(", ")}`.trim();
  });
  expect(listed().toSorted()).toEqual(real.toSorted());
});
