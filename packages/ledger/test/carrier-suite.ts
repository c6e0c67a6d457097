import { describe, expect, onTestFinished, test } from "vitest";
import type { Limits } from "@rollcall/contract";
import type { Demand } from "@rollcall/policy";
import { Ledger, LeasingHolder, systemTimers, type LimitRefusal, type Reserved } from "../src/index.ts";
import { limits } from "./world.ts";
import { realClock } from "./real-clock.ts";

/** One way between holders and a ledger, for one test. */
export interface OpenCarrier {
  /** Brings a holder to the ledger. The answer takes it away, as when it dies without a word. */
  join(holder: LeasingHolder): () => void;
  /** Cuts every holder from the ledger. */
  cut(): void;
  /** Brings those that joined to this one. */
  mend(ledger: Ledger): void;
  close(): void | Promise<void>;
}

export type OpensCarrier = (ledger: Ledger) => OpenCarrier | Promise<OpenCarrier>;

const SCOPE = "key:k1";
const demand = (of: Partial<Limits>): readonly Demand[] => [{ scope: SCOPE, limits: limits(of) }];

function reserve(holder: LeasingHolder, demands: readonly Demand[]): Promise<Reserved | LimitRefusal> {
  return new Promise((resolve) => {
    holder.reserve(demands, resolve);
  });
}

async function admitted(
  holder: LeasingHolder,
  demands: readonly Demand[],
  tries: number,
): Promise<Reserved[]> {
  const all = await Promise.all(Array.from({ length: tries }, () => reserve(holder, demands)));
  return all.filter((answer) => answer.kind === "reserved");
}

/** What every carrier has to do, whatever it is made of. On the real clock, as carriers live on it; nothing is timed. */
export function describeCarrier(name: string, open: OpensCarrier): void {
  async function start(count: number) {
    const ledger = newLedger("e1");
    const carrier = await open(ledger);
    const holders = Array.from({ length: count }, (_, index) => newHolder(`h/${index}`, count));
    const leave = holders.map((holder) => carrier.join(holder));
    await until(() => holders.every((holder) => holder.isReachable));
    onTestFinished(() => carrier.close());
    return { ledger, carrier, leave, holders: holders as [LeasingHolder, LeasingHolder] };
  }

  describe(name, () => {
    test("two holders have one limit between them", async () => {
      const { holders } = await start(2);
      const demands = demand({ rpm: 60 });
      const first = await admitted(holders[0], demands, 7);
      const second = await admitted(holders[1], demands, 7);
      expect([first.length, second.length]).toEqual([7, 3]);
    });

    test("what lies idle in one serves the other", async () => {
      const { holders } = await start(2);
      const demands = demand({ parallel: 3 });
      for (const reserved of await admitted(holders[0], demands, 3)) reserved.settle("used");
      expect(await admitted(holders[1], demands, 3)).toHaveLength(3);
      expect(await reserve(holders[0], demands)).toMatchObject({ kind: "limited", unit: "parallel" });
    });

    test("names of any characters arrive as they are", async () => {
      const { holders, ledger } = await start(1);
      const scope = "team:\u{1F600}\n\u2028\"'%2F";
      await reserve(holders[0], [{ scope, limits: limits({ rpm: 60 }) }]);
      expect(ledger.standingOf(scope, "requests")).toMatchObject({ limit: 60 });
    });

    test("whom it loses lends, and what it holds is known when it is back", async () => {
      const { holders, carrier, ledger } = await start(2);
      const demands = demand({ parallel: 4 });
      const held = await admitted(holders[0], demands, 2);
      carrier.cut();
      await until(() => holders.every((holder) => !holder.isReachable));
      expect(await admitted(holders[0], demands, 1)).toHaveLength(1);
      expect(holders[0].counts.lent).toBeGreaterThan(0);
      const next = newLedger("e2");
      carrier.mend(next);
      await until(() => holders.every((holder) => holder.isReachable));
      await until(() => next.standingOf(SCOPE, "parallel") !== null);
      expect(next.standingOf(SCOPE, "parallel")?.held).toEqual(ledger.standingOf(SCOPE, "parallel")?.held);
      expect(held).toHaveLength(2);
    });

    test("who is gone without a word keeps its lease for a while", async () => {
      const { holders, leave, ledger } = await start(2);
      await admitted(holders[0], demand({ parallel: 2 }), 2);
      leave[0]?.();
      await until(() => !holders[0].isReachable);
      expect(await reserve(holders[1], demand({ parallel: 2 }))).toMatchObject({ kind: "limited" });
      expect(ledger.standingOf(SCOPE, "parallel")?.held.get("h/0")).toBe(2);
    });

    test("who says that it ends frees all at once", async () => {
      const { holders, ledger } = await start(2);
      await admitted(holders[0], demand({ parallel: 2 }), 2);
      holders[0].close();
      await until(() => ledger.holders === 1);
      expect(await reserve(holders[1], demand({ parallel: 2 }))).toMatchObject({ kind: "reserved" });
    });
  });
}

function newLedger(epoch: string): Ledger {
  const ledger = new Ledger({ clock: realClock, timers: systemTimers, epoch });
  onTestFinished(() => {
    ledger.close();
  });
  return ledger;
}

function newHolder(name: string, expectedHolders: number): LeasingHolder {
  const holder = new LeasingHolder({ name, clock: realClock, timers: systemTimers, expectedHolders });
  onTestFinished(() => {
    holder.close();
  });
  return holder;
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}
