import {
  connectInProcess,
  Ledger,
  LeasingHolder,
  systemTimers,
  type LimitRefusal,
  type Reserved,
} from "@rollcall/ledger";
import { demandsOf } from "@rollcall/policy";
import { NO_LIMITS } from "@rollcall/contract";
import { systemClock } from "../../../runtime/src/clock.ts";

/**
 * What a request costs to admit and settle from leases that are held, in CPU time: a key with both limits, alone and in a
 * team with both. The best of several rounds. `node packages/bench/src/micro/leases.ts`
 */
const ROUNDS = 15;
const REQUESTS = 200_000;
/** Never reached: what is measured is held. */
const LIMITS = { rpm: 1_000_000_000, parallel: 10_000, models: {} };
const UNLIMITED = { ...NO_LIMITS, models: {} };

const key = {
  kind: "key",
  id: "8d1f4b1c9f0e4c0a",
  hashes: [],
  team: null,
  user: null,
  models: [],
  aliases: {},
  type: "default",
  routes: [],
  blocked: false,
  expiresAt: null,
  limits: LIMITS,
} as const;
const team = {
  kind: "team",
  id: "research",
  models: [],
  aliases: {},
  blocked: false,
  limits: LIMITS,
  memberLimits: NO_LIMITS,
} as const;

const alone = demandsOf({ key, team: null, member: null, user: null }, "chat", UNLIMITED);
const both = demandsOf({ key, team, member: null, user: null }, "chat", UNLIMITED);

const ledger = new Ledger({ clock: systemClock, timers: systemTimers, epoch: "bench" });
const holder = new LeasingHolder({ name: "bench", clock: systemClock, timers: systemTimers });
connectInProcess(ledger, holder);

let admitted = 0;
let refused = 0;
const settle = (answer: Reserved | LimitRefusal) => {
  if (answer.kind === "reserved") {
    admitted += 1;
    answer.settle("used");
  } else refused += 1;
};

/** Messages to the ledger are part of it. */
async function nanosecondsOf(demands: typeof alone): Promise<number> {
  const before = process.cpuUsage();
  for (let done = 0; done < REQUESTS; done += 1) {
    holder.reserve(demands, settle);
    if (done % 100 === 0) await Promise.resolve();
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / REQUESTS;
}

for (const [name, demands] of [
  ["a key", alone],
  ["a key in a team", both],
] as const) {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) best = Math.min(best, await nanosecondsOf(demands));
  process.stdout.write(
    `${name}: ${best.toFixed(0)} ns a request, ${admitted} admitted, ${refused} refused\n`,
  );
}
holder.close();
ledger.close();
