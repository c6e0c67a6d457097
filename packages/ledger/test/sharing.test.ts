import { expect, test } from "vitest";
import { LOST_MS } from "../src/index.ts";
import { drive, limits, MemoryJournal, World } from "./world.ts";

const SCOPE = "key:k1";

function workers(world: World, count: number) {
  const ledger = world.ledger();
  const holders = Array.from({ length: count }, (_, index) => world.holder(`w${index}`, count));
  const cuts = holders.map((holder) => world.connect(ledger, holder));
  world.run(10);
  return { ledger, holders, cuts };
}

test("one uneven client on one of four workers gets its whole limit", () => {
  const world = new World();
  const { holders } = workers(world, 4);
  const [first] = holders;
  if (first === undefined) throw new Error("no holder");
  const of = { scope: SCOPE, limits: limits({ rpm: 600 }) };
  // What keeps to the limit is never refused; with a share of 1/4 three of four would be.
  const kept = drive(world, first, { ...of, everyMs: 100, forMs: 120_000 });
  world.run(120_000);
  expect(kept).toEqual({ admitted: 1_200, refused: [] });
  const greedy = drive(world, first, { ...of, everyMs: 20, forMs: 120_000 });
  world.run(121_000);
  expect(greedy.admitted).toBeGreaterThanOrEqual(1_200);
  expect(greedy.admitted).toBeLessThanOrEqual(1_200 + 100);
});

test("uneven clients on four workers get the limit together, and no more", () => {
  const world = new World();
  const { holders } = workers(world, 4);
  const everyMs = [42, 250, 1_000, 2_000];
  const counts = holders.map((holder, index) =>
    drive(world, holder, {
      scope: SCOPE,
      limits: limits({ rpm: 600 }),
      everyMs: everyMs[index] ?? 1,
      forMs: 300_000,
    }),
  );
  world.run(301_000);
  const admitted = counts.reduce((sum, count) => sum + count.admitted, 0);
  expect(admitted).toBeLessThanOrEqual(3_000 + 100);
  expect(admitted).toBeGreaterThanOrEqual(3_000 * 0.99);
});

test("who waits as long as told is admitted", () => {
  const world = new World();
  const { holders } = workers(world, 2);
  const [first] = holders;
  if (first === undefined) throw new Error("no holder");
  const of = { scope: SCOPE, limits: limits({ rpm: 7 }) };
  const once = drive(world, first, { ...of, everyMs: 1_000, forMs: 1_000 });
  world.run(1_000);
  const refused = drive(world, first, { ...of, everyMs: 1_000, forMs: 1_000 });
  world.run(100);
  expect([once.admitted, refused.admitted]).toEqual([1, 0]);
  const { retryAfterMs } = refused.refused[0] as { retryAfterMs: number };
  world.run(retryAfterMs);
  const again = drive(world, first, { ...of, everyMs: 1_000, forMs: 1_000 });
  world.run(1_000);
  expect(again.admitted).toBe(1);
});

test("slots that lie idle in one worker serve another", () => {
  const world = new World();
  const { holders } = workers(world, 4);
  const of = { scope: SCOPE, limits: limits({ parallel: 4 }) };
  const [first, second] = holders;
  if (first === undefined || second === undefined) throw new Error("no holder");
  drive(world, first, { ...of, everyMs: 1, forMs: 4, lastsMs: 1_000 });
  world.run(2_000);
  expect([...first.leases()]).toMatchObject([{ idle: 4, inUse: 0 }]);
  const others = drive(world, second, { ...of, everyMs: 1, forMs: 5, lastsMs: 1_000 });
  world.run(500);
  expect(others.admitted).toBe(4);
  expect(others.refused).toMatchObject([{ kind: "limited", unit: "parallel", retryAfterMs: null }]);
});

test("a worker whose connection breaks frees its slots if it does not come back", () => {
  const world = new World();
  const { holders, cuts } = workers(world, 2);
  const of = { scope: SCOPE, limits: limits({ parallel: 2 }) };
  const [first, second] = holders;
  if (first === undefined || second === undefined) throw new Error("no holder");
  drive(world, first, { ...of, everyMs: 1, forMs: 2, lastsMs: 1e9 });
  world.run(10);
  cuts[0]?.();
  const early = drive(world, second, { ...of, everyMs: 1, forMs: 1 });
  world.run(LOST_MS - 1_000);
  const late = drive(world, second, { ...of, everyMs: 1, forMs: 1 });
  world.run(3_000);
  const after = drive(world, second, { ...of, everyMs: 1, forMs: 1 });
  world.run(1_000);
  expect([early.admitted, late.admitted, after.admitted]).toEqual([0, 0, 1]);
});

test("a worker whose connection comes back keeps what its requests hold", () => {
  const world = new World();
  const { holders, cuts, ledger } = workers(world, 2);
  const of = { scope: SCOPE, limits: limits({ parallel: 2 }) };
  const [first, second] = holders;
  if (first === undefined || second === undefined) throw new Error("no holder");
  drive(world, first, { ...of, everyMs: 1, forMs: 2, lastsMs: 1e9 });
  world.run(10);
  cuts[0]?.();
  world.run(LOST_MS / 2);
  world.connect(ledger, first);
  world.run(2 * LOST_MS);
  const others = drive(world, second, { ...of, everyMs: 1, forMs: 3 });
  world.run(1_000);
  expect([others.admitted, others.refused.length]).toEqual([0, 3]);
});

test("a worker that ends frees its slots at once", () => {
  const world = new World();
  const { holders } = workers(world, 2);
  const of = { scope: SCOPE, limits: limits({ parallel: 2 }) };
  const [first, second] = holders;
  if (first === undefined || second === undefined) throw new Error("no holder");
  drive(world, first, { ...of, everyMs: 1, forMs: 2, lastsMs: 1e9 });
  world.run(10);
  first.close();
  const after = drive(world, second, { ...of, everyMs: 1, forMs: 1 });
  world.run(1_000);
  expect(after.admitted).toBe(1);
});

test("a ledger that restarts within 10 s refuses no key with more than 5 % left", () => {
  for (const worker of [0, 1]) {
    const world = new World();
    const journal = new MemoryJournal();
    const first = world.ledger({ journal });
    const holders = [world.holder("w0"), world.holder("w1")];
    const cuts = holders.map((holder) => world.connect(first, holder));
    world.run(10);
    const [known] = holders;
    const user = holders[worker];
    if (known === undefined || user === undefined) throw new Error("no holder");
    const of = { limits: limits({ rpm: 600, parallel: 20 }), lastsMs: 500 };
    const warm = drive(world, known, { scope: SCOPE, ...of, everyMs: 110, forMs: 60_000 });
    world.run(60_000);
    for (const cut of cuts) cut();
    // The same key where it was, or at the other worker, which has not met it; and one that is new.
    const during = drive(world, user, { scope: SCOPE, ...of, everyMs: 110, forMs: 30_000 });
    const cold = drive(world, user, { scope: "key:k2", ...of, everyMs: 110, forMs: 30_000 });
    world.run(10_000);
    const second = world.ledger({ epoch: "e2", journal, rows: journal.rows });
    for (const holder of holders) world.connect(second, holder);
    world.run(30_000);
    expect([warm.refused, during.refused, cold.refused]).toEqual([[], [], []]);
  }
});

test("a restarted ledger knows what was used, and by whom slots are held", () => {
  const world = new World();
  const journal = new MemoryJournal();
  const [one, two] = [world.holder("w0"), world.holder("w1")];
  const first = world.ledger({ journal });
  const cuts = [one, two].map((holder) => world.connect(first, holder));
  const of = { scope: SCOPE, limits: limits({ rpm: 60, parallel: 10 }) };
  const before = drive(world, one, { ...of, everyMs: 10, forMs: 100, lastsMs: 60_000 });
  world.run(1_000);
  expect(before.admitted).toBe(10);
  for (const cut of cuts) cut();
  const second = world.ledger({ epoch: "e2", journal, rows: journal.rows });
  world.connect(second, two);
  world.run(100);
  const others = drive(world, two, { ...of, everyMs: 10, forMs: 100 });
  world.run(1_000);
  expect(others.admitted).toBe(0);
});

test("without a ledger each worker lends its share, and says how much", () => {
  const world = new World();
  const { holders, cuts } = workers(world, 4);
  world.run(6_000);
  for (const cut of cuts) cut();
  world.run(20_000);
  const counts = holders.map((holder) =>
    drive(world, holder, {
      scope: SCOPE,
      limits: limits({ rpm: 240, parallel: 8 }),
      everyMs: 100,
      forMs: 60_000,
      lastsMs: 10_000,
    }),
  );
  world.run(60_000);
  for (const [index, { admitted, refused }] of counts.entries()) {
    // A burst of 40 and a quarter of the rate, in two slots of ten seconds each.
    expect(admitted).toBe(12);
    expect(refused.every((refusal) => refusal.kind === "limited" && refusal.unit === "parallel")).toBe(true);
    expect(holders[index]?.counts.lent).toBeGreaterThanOrEqual(12);
  }
});

test("a ledger that does not answer is waited for once", () => {
  const world = new World();
  const holder = world.holder("w0");
  holder.connected({ send() {} });
  const of = { scope: SCOPE, limits: limits({ rpm: 600 }), everyMs: 100, forMs: 1_000 };
  const counted = drive(world, holder, of);
  world.run(249);
  expect(counted.admitted).toBe(0);
  world.run(2);
  expect(counted.admitted).toBe(3);
  world.run(1_000);
  expect(counted.admitted).toBe(10);
});
