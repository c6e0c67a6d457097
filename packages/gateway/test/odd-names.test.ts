import { expect, test } from "vitest";
import { gatewayFor, simulator } from "./harness.ts";

test("an alias with line breaks stands on one line of the readiness", async () => {
  const gateway = await gatewayFor({ "one\r\n[+] two": [await simulator()] });
  const { text } = await gateway.ask("/readyz?verbose");
  expect(text).toContain(String.raw`[+] one\r\n[+] two: 1 ready`);
});

test("a deployment whose id is no whole text is served, under one that is", async () => {
  const gateway = await gatewayFor({ "chat\ud800": [await simulator()] });
  const answer = await gateway.chat({ model: "chat\ud800" });
  expect([answer.status, answer.headers["x-rollcall-deployment"]]).toEqual([200, "chat%EF%BF%BD-1"]);
});
