import { expect, test } from "vitest";
import type { CheckFinding } from "./finding.ts";
import { findingsJson, printFindings } from "./print-findings.ts";

const terminal = {
  out: () => {},
  err: () => {},
  logTo: () => terminal,
  interactive: false,
  paint: (_style: string, text: string) => text,
  env: {},
};

const well = (index: number): CheckFinding => ({
  check: "backends",
  state: "ok",
  subject: `d${index}`,
  detail: "ready",
});

test("a line for each, its remedy below it, and how many there are", () => {
  const findings: readonly CheckFinding[] = [
    { check: "config", state: "warn", subject: "c.yaml", detail: "1 complaint", remedy: "Look." },
    well(1),
    { check: "backends", state: "fail", subject: "d2", detail: "down", remedy: "Start it." },
  ];
  expect(printFindings(findings, terminal)).toBe(
    [
      "warn  config    c.yaml: 1 complaint",
      "                    Look.",
      "ok    backends  d1: ready",
      "fail  backends  d2: down",
      "                    Start it.",
      "",
      "1 ok, 1 warn, 1 fail",
      "",
    ].join("\n"),
  );
  expect(findingsJson(findings)).toMatchObject({ state: "fail", findings });
});

test("many that are well are one line; none of the others is left out, nor anything of the JSON", () => {
  const bad: CheckFinding = {
    check: "backends",
    state: "fail",
    subject: "bad",
    detail: "down",
    remedy: "Start it.",
  };
  const findings = [...Array.from({ length: 500 }, (_, index) => well(index)), bad];
  const text = printFindings(findings, terminal);
  expect(text.split("\n")).toHaveLength(20 + 2 + 1 + 3);
  expect(text).toContain("bad: down");
  expect(text).toContain("480 more: as well\n");
  expect(text).toContain("500 ok, 0 warn, 1 fail");
  expect(findingsJson(findings)).toMatchObject({ findings: { length: 501 } });
});
