import { expect, test } from "vitest";
import { printErrorLine } from "./error-line.ts";

test.each([
  ["an error is shown", '{"level":"error","msg":"cannot write"}', "cannot write\n"],
  ["what is less than an error is not", '{"level":"warn","msg":"slow"}', null],
  ["what is no log line is shown as it is", "Segmentation fault", "Segmentation fault\n"],
])("%s", (_what, line, text) => {
  expect(printErrorLine(line)).toBe(text);
});
