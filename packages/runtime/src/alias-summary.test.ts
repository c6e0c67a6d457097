import { expect, test } from "vitest";
import { summariseAliases, type AliasState } from "./alias-summary.ts";

const ready: AliasState = { alias: "chat", ready: true, reasons: [] };
const out = (alias: string, ...reasons: readonly string[]): AliasState => ({ alias, ready: false, reasons });

test.each<[readonly AliasState[], string]>([
  [[], "0 of 0 aliases ready"],
  [[ready], "1 of 1 alias ready"],
  [[ready, { ...ready, alias: "code", reasons: ["loading"] }], "2 of 2 aliases ready"],
  [[ready, out("llama", "wrong_name")], "1 of 2 aliases ready; llama: wrong_name"],
  [[out("llama", "down", "down", "loading")], "0 of 1 alias ready; llama: down, loading"],
  [
    [out("a", "down"), out("b", "dns"), out("c", "tls"), out("d", "hung"), out("e", "hung")],
    "0 of 5 aliases ready; a: down; b: dns; c: tls; 2 more are out",
  ],
])("%j is told as %s", (aliases, line) => {
  expect(summariseAliases(aliases)).toBe(line);
});
