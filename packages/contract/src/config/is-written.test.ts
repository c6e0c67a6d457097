import { expect, test } from "vitest";
import { isWritten } from "./is-written.ts";

const HOST = ["rollcall", "gateway", "host"];

test.each([
  ["written", "rollcall: {gateway: {host: 127.0.0.1}}", true],
  ["null", "rollcall: {gateway: {host: }}", false],
  ["another setting alone", "rollcall: {gateway: {port: 4000}}", false],
  ["a section that is text", "rollcall: gateway", false],
  ["no such section", "model_list: []", false],
  ["no YAML", "rollcall: [", false],
  ["nothing at all", "", false],
])("%s", (_about, text, found) => {
  expect(isWritten({ main: { file: "config.yaml", text }, included: [] }, HOST)).toBe(found);
});

test("in a file that is included", () => {
  const included = [{ file: "more.yaml", text: "rollcall: {gateway: {host: 10.0.0.1}}" }];
  expect(isWritten({ main: { file: "config.yaml", text: "include: [more.yaml]" }, included }, HOST)).toBe(
    true,
  );
});
