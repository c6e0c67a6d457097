import { expect, it } from "vitest";
import { printLogLine } from "./log-line.ts";
import type { Terminal } from "./terminal.ts";

const plain = { paint: (_style: string, text: string) => text } as unknown as Terminal;

it("has each complaint on a line of its own", () => {
  const line = JSON.stringify({
    level: "fatal",
    time: "2026-11-26T23:59:01.123Z",
    service: "prober",
    complaints: ["/c.yaml:1:1: error: one", "/c.yaml:2:1: error: two"],
    msg: "cannot start",
  });
  expect(printLogLine(line, plain)).toBe(
    "23:59:01 prober  cannot start\n  /c.yaml:1:1: error: one\n  /c.yaml:2:1: error: two",
  );
});
