import { expect, test } from "vitest";
import { entryPoint } from "./entry-point.ts";

test.each([
  ["a URL", new URL("file:///src/my%20daemon.ts")],
  ["its text", "file:///src/my%20daemon.ts"],
])("from source, a program's file is where its source lies, given as %s", (_what, source) => {
  expect(entryPoint("gateway", () => source)).toBe("/src/my daemon.ts");
});
