import type { Clock, FromLedger, Limits, Scope, ToLedger, Unit } from "@rollcall/contract";
import {
  Ledger,
  LeasingHolder,
  type AcceptsHolders,
  type LedgerJournal,
  type LedgerRow,
  type LimitRefusal,
  type Reserved,
  type Timers,
} from "../src/index.ts";

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
}

/** Time and a network that move only when told, in one order for each run. */
export class World {
  #now = 1_000_000;
  #order = 0;
  readonly #coming: Happening[] = [];
  /** After each thing that happened. */
  readonly watchers: (() => void)[] = [];

  readonly clock: Clock = {
    now: () => 1_700_000_000_000 + this.#now,
    monotonic: () => this.#now,
    sleep: () => Promise.reject(new Error("nobody sleeps here")),
  };

  readonly timers: Timers = { after: (ms, call) => this.at(this.#now + ms, call) };

  get now(): number {
    return this.#now;
  }

  at(at: number, call: () => void): () => void {
    const happening = { at: Math.max(at, this.#now), order: (this.#order += 1), call };
    let index = this.#coming.length;
    while (index > 0 && isBefore(happening, this.#coming[index - 1])) index -= 1;
    this.#coming.splice(index, 0, happening);
    return () => {
      const found = this.#coming.indexOf(happening);
      if (found !== -1) this.#coming.splice(found, 1);
    };
  }

  run(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#coming[0];
      if (next === undefined || next.at > end) break;
      this.#coming.shift();
      this.#now = next.at;
      next.call();
      for (const watch of this.watchers) watch();
    }
    this.#now = end;
  }

  /** Connects over a network that takes `delay()` milliseconds a message, in order. The answer cuts it: what is under way is lost. */
  connect(ledger: AcceptsHolders, holder: LeasingHolder, delay: () => number = () => 1): () => void {
    let isUp = true;
    const cut = () => {
      if (!isUp) return;
      isUp = false;
      end.disconnected();
      holder.disconnected();
    };
    const wire = <Message>(deliver: (message: Message) => void) => {
      let last = 0;
      return (message: Message) => {
        last = Math.max(last, this.#now + delay());
        this.at(last, () => {
          if (isUp) deliver(structuredClone(message));
        });
      };
    };
    const end = ledger.accept({
      send: wire((message: FromLedger) => {
        holder.received(message);
      }),
      close: cut,
    });
    holder.connected({
      send: wire((message: ToLedger) => {
        end.received(message);
      }),
    });
    return cut;
  }

  holder(name: string, expectedHolders = 1): LeasingHolder {
    return new LeasingHolder({ name, clock: this.clock, timers: this.timers, expectedHolders });
  }

  ledger(
    of: { epoch?: string; journal?: LedgerJournal; rows?: readonly LedgerRow[]; journalMs?: number } = {},
  ): Ledger {
    return new Ledger({ clock: this.clock, timers: this.timers, epoch: "e1", ...of });
  }
}

function isBefore(one: Happening, other: Happening | undefined): boolean {
  return other !== undefined && (one.at < other.at || (one.at === other.at && one.order < other.order));
}

/** A journal that is kept whole. */
export class MemoryJournal implements LedgerJournal {
  readonly #rows = new Map<string, LedgerRow>();

  get rows(): readonly LedgerRow[] {
    return [...this.#rows.values()];
  }

  write(changed: readonly LedgerRow[], forgotten: readonly { scope: Scope; unit: Unit }[]): void {
    for (const row of changed) this.#rows.set(`${row.scope} ${row.unit}`, row);
    for (const { scope, unit } of forgotten) this.#rows.delete(`${scope} ${unit}`);
  }
}

export function limits(of: Partial<Limits>): Limits {
  return { rpm: null, parallel: null, ...of };
}

export interface Counted {
  admitted: number;
  refused: LimitRefusal[];
}

/** One request every `everyMs` for `forMs`, each under way for `lastsMs`. */
export function drive(
  world: World,
  holder: LeasingHolder,
  of: { scope: Scope; limits: Limits; everyMs: number; forMs: number; lastsMs?: number },
): Counted {
  const counted: Counted = { admitted: 0, refused: [] };
  const demands = [{ scope: of.scope, limits: of.limits }];
  const start = world.now;
  for (let at = 0; at < of.forMs; at += of.everyMs) {
    world.at(start + at, () => {
      holder.reserve(demands, (answer: Reserved | LimitRefusal) => {
        if (answer.kind !== "reserved") {
          counted.refused.push(answer);
          return;
        }
        counted.admitted += 1;
        world.at(world.now + (of.lastsMs ?? 0), () => {
          answer.settle("used");
        });
      });
    });
  }
  return counted;
}
