import { FakeClock } from "@rollcall/testkit";
import { expect, test } from "vitest";
import { recordedLog } from "../test/recorded-log.ts";
import { RejectionLog } from "./rejection-log.ts";

function opened() {
  const clock = new FakeClock();
  const { log, lines } = recordedLog();
  const rejections = new RejectionLog(log, clock);
  const add = (reason: string, client: string | null = "10.0.0.1") =>
    rejections.add({ reason, client, facts: { endpoint: "models" } });
  return { add, clock, lines, rejections };
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  clock.jump(ms);
  await Promise.resolve();
}

test("the first of each reason is told at once, the rest as one number when the minute is over", async () => {
  const { add, clock, lines } = opened();
  for (let turn = 0; turn < 500; turn += 1) add("wrong_key", `10.0.0.${turn % 7}`);
  add("no_route");
  expect(lines).toEqual([
    { level: "info", endpoint: "models", error: "wrong_key", client: "10.0.0.0", msg: "request rejected" },
    { level: "info", endpoint: "models", error: "no_route", client: "10.0.0.1", msg: "request rejected" },
  ]);
  await pass(clock, 59_999);
  expect(lines).toHaveLength(2);
  await pass(clock, 1);
  expect(lines.slice(2)).toEqual([
    { level: "info", error: "wrong_key", count: 499, clients: 7, msg: "further requests rejected" },
  ]);
});

test("after it the next one is told at once again", async () => {
  const { add, clock, lines } = opened();
  add("no_key");
  await pass(clock, 60_000);
  add("no_key", null);
  expect(lines.map(({ client }) => client)).toEqual(["10.0.0.1", null]);
});

test("a flood from a million addresses costs a thousand", () => {
  const { add, lines, rejections } = opened();
  for (let turn = 0; turn < 5_000; turn += 1) add("no_key", `address ${turn}`);
  rejections.flush();
  expect(lines.at(-1)).toMatchObject({ count: 4_999, clients: 1_000 });
});

test("what is flushed is not told twice", async () => {
  const { add, clock, lines, rejections } = opened();
  add("no_key");
  add("no_key");
  rejections.flush();
  rejections.flush();
  await pass(clock, 60_000);
  expect(lines).toHaveLength(2);
});
