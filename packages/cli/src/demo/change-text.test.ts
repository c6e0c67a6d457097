import type { Event } from "@rollcall/prober";
import { expect, test } from "vitest";
import type { Terminal } from "../terminal.ts";
import { printChange } from "./change-text.ts";

const terminal: Terminal = {
  out: () => {},
  err: () => {},
  logTo: () => ({ out: () => {}, err: () => {} }),
  interactive: true,
  paint: (style, text) => (style === "bold" ? text : `<${style}>${text}</>`),
  env: {},
};

const event: Event = {
  sequence: 1,
  at: 0,
  deployment: "coder-1",
  alias: "coder",
  from: "loading",
  to: "ok",
  detail: "",
  hint: "",
  warnings: [],
  expected: "qwen3",
  found: [],
};

test.each([
  ["one that becomes ready", {}, "coder (coder-1): loading → <green>ready</>\n"],
  ["one that was ready", { from: "ok", to: "down" }, "coder (coder-1): ready → <red>down</>\n"],
  ["a mere change of hint or warnings is not shown", { from: "loading", to: "loading" }, null],
] as const)("%s", (_what, change, text) => {
  expect(printChange({ ...event, ...change }, terminal)).toBe(text);
});
