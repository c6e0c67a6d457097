import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FromLedger, Scope, Unit } from "@rollcall/contract";
import { burstOf, tokensPerMs, type Demand } from "@rollcall/policy";
import type { AcceptsHolders, Ledger, LeasingHolder, LimitRefusal, Reserved } from "../src/index.ts";
import { limits, MemoryJournal, World } from "./world.ts";

const HOLDERS = 3;
const SCOPES: readonly Demand[] = [
  { scope: "team:t", limits: limits({ rpm: 120, parallel: 3 }) },
  { scope: "key:a", limits: limits({ rpm: 42 }) },
  { scope: "key:b", limits: limits({ parallel: 2 }) },
];
/** In the order of `demandsOf`: the team before the key. */
const DEMANDS: readonly (readonly Demand[])[] = [[0], [1], [2], [0, 1], [0, 2]].map((indices) =>
  indices.map((index) => SCOPES[index] as Demand),
);

interface Request {
  readonly kind: "request";
  readonly afterMs: number;
  readonly holder: number;
  readonly demands: number;
  readonly lastsMs: number;
  readonly isUsed: boolean;
  /** Given up so soon; 0: never. */
  readonly cancelMs: number;
}

/** `cut`: the connection alone. `crash`: the holder dies, another one comes. `leave`: it says so. `restart`: the ledger. */
interface Fault {
  readonly kind: "cut" | "crash" | "leave" | "restart";
  readonly afterMs: number;
  readonly holder: number;
  /** Until it, or another in its place, is back. */
  readonly awayMs: number;
}

type Step = Request | Fault;

const request = fc.record<Request>({
  kind: fc.constant("request"),
  afterMs: fc.oneof({ weight: 6, arbitrary: fc.nat(30) }, fc.nat(4_000)),
  holder: fc.nat(HOLDERS - 1),
  demands: fc.nat(DEMANDS.length - 1),
  lastsMs: fc.oneof(fc.nat(50), fc.nat(3_000)),
  isUsed: fc.boolean(),
  cancelMs: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(20)),
});
const fault = fc.record<Fault>({
  kind: fc.constantFrom("cut", "crash", "leave", "restart"),
  afterMs: fc.nat(200),
  holder: fc.nat(HOLDERS - 1),
  awayMs: fc.oneof(fc.nat(20), fc.nat(20_000)),
});
const delays = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 });

/** Longer than three messages take. */
const SETTLED_MS = 25;

/** A world with some holders and a ledger that come and go, and what is wrong with what they do. */
class Run {
  readonly world = new World();
  readonly faults: string[] = [];
  readonly #journal = new MemoryJournal();
  readonly #delay: () => number;
  readonly #holders: LeasingHolder[] = [];
  readonly #cuts: (() => void)[] = [];
  /** Connected ones, and since when the ledger knows what they hold. */
  readonly #connected = new Map<LeasingHolder, number>();
  /** When a holder, or the ledger, had last nothing idle of a scope. */
  readonly #emptyAt = new Map<LeasingHolder | "ledger", Map<string, number>>();
  /** Of requests that were used while the ledger could be reached, by scope. */
  readonly #admissions = new Map<Scope, number[]>();
  #ledger: Ledger;
  #made = 0;

  constructor(delayList: readonly number[]) {
    let turn = 0;
    this.#delay = () => delayList[(turn += 1) % delayList.length] ?? 1;
    this.#ledger = this.world.ledger({ journal: this.#journal, journalMs: 0 });
    for (let index = 0; index < HOLDERS; index += 1) this.#replace(index);
    this.world.watchers.push(() => {
      this.#look();
    });
    for (let index = 0; index < HOLDERS; index += 1) this.#join(index);
    this.world.run(50);
  }

  take(steps: readonly Step[]): void {
    for (const step of steps) {
      this.world.run(step.afterMs);
      if (step.kind === "request") this.#ask(step);
      else this.#break(step);
    }
    this.world.run(30_000);
    this.#checkRates();
  }

  #replace(index: number): void {
    this.#holders[index] = this.world.holder(`w${(this.#made += 1)}`, HOLDERS);
  }

  #join(index: number): void {
    const holder = this.#holders[index];
    if (holder === undefined || this.#connected.has(holder)) return;
    this.#cuts[index] = this.world.connect(this.#noting(this.#ledger), holder, this.#delay);
    this.#connected.set(holder, this.world.now + SETTLED_MS);
  }

  #cut(index: number): void {
    this.#cuts[index]?.();
    this.#connected.delete(this.#holders[index] as LeasingHolder);
  }

  #break({ kind, holder: index, awayMs }: Fault): void {
    const broken = kind === "restart" ? [...this.#holders.keys()] : [index];
    if (kind === "leave") this.#leave(index);
    for (const each of broken) this.#cut(each);
    if (kind === "crash") this.#replace(index);
    this.world.at(this.world.now + awayMs, () => {
      if (kind === "restart") {
        for (const each of broken) this.#cut(each);
        const rows = this.#journal.rows;
        this.#ledger = this.world.ledger({ epoch: "again", journal: this.#journal, journalMs: 0, rows });
      }
      for (const each of broken) this.#join(each);
    });
  }

  /** What it had under way is counted no more, from the moment when it says so. */
  #leave(index: number): void {
    const holder = this.#holders[index] as LeasingHolder;
    holder.close();
    this.#connected.delete(holder);
    this.#replace(index);
    this.world.run(SETTLED_MS);
  }

  #ask({ holder: index, demands: which, lastsMs, isUsed, cancelMs }: Request): void {
    const { world } = this;
    const since = world.now;
    const holder = this.#holders[index];
    const demands = DEMANDS[which];
    if (holder === undefined || demands === undefined) return;
    let isOver = false;
    const wait = holder.reserve(demands, (answer: Reserved | LimitRefusal) => {
      if (isOver) this.faults.push("answered when it was over");
      isOver = true;
      if (world.now - since > 250) this.faults.push(`waited ${world.now - since} ms`);
      if (answer.kind !== "reserved") {
        if (holder.isReachable && this.#connected.has(holder)) this.#refused(answer, since);
        return;
      }
      if (isUsed && holder.isReachable) this.#admitted(demands);
      world.at(world.now + lastsMs, () => {
        answer.settle(isUsed ? "used" : "unused");
        answer.settle("unused");
      });
    });
    if (cancelMs === 0) return;
    world.at(since + cancelMs, () => {
      wait.cancel();
      isOver = true;
    });
  }

  #admitted(demands: readonly Demand[]): void {
    for (const { scope } of demands) {
      const times = this.#admissions.get(scope) ?? [];
      times.push(this.world.now);
      this.#admissions.set(scope, times);
    }
  }

  #look(): void {
    const inUse = new Map<Scope, number>();
    for (const holder of this.#holders) {
      const idle = new Map<string, number>();
      for (const lease of holder.leases()) {
        idle.set(`${lease.scope} ${lease.unit}`, lease.idle);
        const own = lease.unit === "parallel" ? lease.inUse - lease.lent : 0;
        inUse.set(lease.scope, (inUse.get(lease.scope) ?? 0) + own);
      }
      this.#noteEmpty(holder, (scope, unit) => idle.get(`${scope} ${unit}`) ?? 0);
    }
    for (const { scope, limits: of } of SCOPES) {
      const used = inUse.get(scope) ?? 0;
      if (of.parallel !== null && used > of.parallel) this.faults.push(`${scope}: ${used} slots in use`);
    }
  }

  #noteEmpty(who: LeasingHolder | "ledger", idle: (scope: Scope, unit: Unit) => number): void {
    const emptyAt = this.#emptyAt.get(who) ?? new Map<string, number>();
    this.#emptyAt.set(who, emptyAt);
    for (const { scope } of SCOPES) {
      for (const unit of ["requests", "parallel"] as const) {
        if (idle(scope, unit) < 1) emptyAt.set(`${scope} ${unit}`, this.world.now);
      }
    }
  }

  /** Answers travel: what came back after the question was answered is for the next. `since`: when the request came. */
  #refused({ scope, unit }: LimitRefusal, since: number): void {
    const others = [...this.#connected].filter(([, knownSince]) => knownSince < since);
    for (const who of ["ledger" as const, ...others.map(([holder]) => holder)]) {
      const emptyAt = this.#emptyAt.get(who)?.get(`${scope} ${unit}`) ?? -1;
      const name = who === "ledger" ? who : `holder ${this.#holders.indexOf(who)}`;
      if (emptyAt < since) this.faults.push(`${name} has ${unit} of ${scope} idle, and it is refused`);
    }
  }

  #noting(ledger: Ledger): AcceptsHolders {
    return {
      accept: (link) =>
        ledger.accept({
          close: () => {
            link.close();
          },
          send: (message: FromLedger) => {
            if (message.kind === "refused") {
              this.#noteEmpty("ledger", (scope, unit) => ledger.standingOf(scope, unit)?.left ?? 1);
            }
            link.send(message);
          },
        }),
    };
  }

  #checkRates(): void {
    for (const { scope, limits: of } of SCOPES) {
      if (of.rpm === null) continue;
      const times = this.#admissions.get(scope) ?? [];
      for (const [first, from] of times.entries()) {
        for (let last = first; last < times.length; last += 1) {
          const most = burstOf(of.rpm) + tokensPerMs(of.rpm) * ((times[last] ?? 0) - from);
          if (last - first + 1 > most + 1e-6) this.faults.push(`${scope}: ${last - first + 1} of ${most}`);
        }
      }
    }
  }
}

function faultsOf(steps: readonly Step[], delayList: readonly number[]): readonly string[] {
  const run = new Run(delayList);
  run.take(steps);
  return run.faults;
}

const requests = fc.array(
  request.map((step) => ({ ...step, isUsed: true })),
  { minLength: 1, maxLength: 150 },
);

test("in any window no more than a burst and the rate, and nobody is refused while another holds what he needs", () => {
  fc.assert(
    fc.property(requests, delays, (steps, delayList) => {
      expect(faultsOf(steps, delayList)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test("so it is when some of them are given back unused", () => {
  const steps = fc.array(request, { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(steps, delays, (taken, delayList) => {
      expect(faultsOf(taken, delayList)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test("so it is while holders come, go, die and lose their link, and the ledger starts again: but for what was lent", () => {
  const steps = fc.array(
    fc.oneof(
      {
        weight: 10,
        arbitrary: request.map((step) => ({ ...step, isUsed: true })),
      },
      fault,
    ),
    { minLength: 1, maxLength: 120 },
  );
  fc.assert(
    fc.property(steps, delays, (taken, delayList) => {
      expect(faultsOf(taken, delayList)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
