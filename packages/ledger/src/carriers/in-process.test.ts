import { expect, test } from "vitest";
import type { Clock } from "@rollcall/contract";
import { Ledger } from "../book/ledger.ts";
import { LeasingHolder } from "../holder/leasing-holder.ts";
import type { LimitRefusal, Reserved } from "../lease-holder.ts";
import { systemTimers } from "../ports.ts";
import { connectInProcess } from "./in-process.ts";

const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };

test("a holder of the same thread is admitted up to the burst, and told when there is more", async () => {
  const ledger = new Ledger({ clock, timers: systemTimers, epoch: "e1" });
  const holder = new LeasingHolder({ name: "w1", clock, timers: systemTimers });
  connectInProcess(ledger, holder);
  const demands = [{ scope: "key:k1", limits: { rpm: 60, parallel: null } }];
  const answers = [];
  for (let count = 0; count < 11; count += 1) {
    answers.push(
      await new Promise<Reserved | LimitRefusal>((resolve) => {
        holder.reserve(demands, resolve);
      }),
    );
  }
  expect(answers.filter(({ kind }) => kind === "reserved")).toHaveLength(10);
  expect(answers.at(-1)).toEqual({
    kind: "limited",
    scope: "key:k1",
    unit: "requests",
    limit: 60,
    retryAfterMs: 1_000,
  });
  holder.close();
  ledger.close();
});
