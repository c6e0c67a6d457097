import { expect, test } from "vitest";
import { clientsPage, type TriedFeature } from "./clients-page.ts";

const page = (...features: readonly TriedFeature[]) =>
  clientsPage([{ name: "one", registry: "npm", versions: "one 1.0.0", features }], "2026-11-26");
const row = (text: string) => text.split("\n").find((line) => line.startsWith("| one | npm | one 1.0.0 |"));

test.each<[string, readonly TriedFeature[], string]>([
  ["works where all does", [{ feature: "chat", state: "works" }], "✓"],
  [
    "works where the rest is not tried",
    [
      { feature: "chat", state: "works" },
      { feature: "stream", state: "skipped", note: "no" },
    ],
    "✓",
  ],
  [
    "does not where something does not",
    [
      { feature: "chat", state: "works" },
      { feature: "tools", state: "fails", note: "no" },
    ],
    "✗",
  ],
  ["is open where nothing was tried", [{ feature: "chat", state: "skipped", note: "no" }], "○"],
])("an endpoint %s", (_case, features, cell) => {
  expect(row(page(...features))).toMatch(
    new RegExp(`^\\| one \\| npm \\| one 1\\.0\\.0 \\| ${cell} \\|  \\|`),
  );
});

test("what does not work has its reason", () => {
  const text = page({ feature: "stream", state: "fails", note: "a | b" });
  expect(text).toContain("| one | npm | stream | ✗: a \\| b |");
  expect(page({ feature: "stream", state: "works" })).not.toContain("What does not work");
});
