import type { Limits } from "@rollcall/contract";
import { connectInProcess, Ledger, LeasingHolder, systemTimers as timers } from "@rollcall/ledger";
import { systemClock as clock } from "@rollcall/runtime";
import { expect, onTestFinished, test } from "vitest";
import { configOf } from "../../test/deployments.ts";
import { keyRecord, UNLIMITED } from "../../test/access-records.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { Reservation } from "../pipeline/reservation.ts";
import { Grant } from "./grant.ts";
import { LeaseAdmission } from "./lease-admission.ts";

const CONFIG = configOf({ chat: {}, spare: {} });

/** Requests of one key, with the ledger in the same process. */
function admission(limits: { own?: Limits; chat?: Limits; spare?: Limits }) {
  const ledger = new Ledger({ clock, timers, epoch: "e" });
  const holder = new LeasingHolder({ name: "h", clock, timers });
  connectInProcess(ledger, holder);
  onTestFinished(() => {
    holder.close();
    ledger.close();
  });
  const { chat, own = UNLIMITED, spare } = limits;
  const models = { ...(chat && { chat }), ...(spare && { spare }) };
  const grant = new Grant({
    record: keyRecord("sk-a", { limits: { ...own, models } }),
    team: null,
    user: null,
    member: null,
  });
  const ctx = {
    principal: grant,
    alias: "chat",
    state: { config: CONFIG },
  } as unknown as RequestContext;
  const leases = new LeaseAdmission(holder, { limitRefused() {} });
  return {
    start: () =>
      new Promise<Reservation | string>((resolve) => {
        leases.reserve(ctx, (result) => {
          resolve(result === null ? "unlimited" : "kind" in result ? result.kind : result);
        });
      }),
    move: (reservation: Reservation, alias: string) =>
      new Promise<boolean>((resolve) => {
        reservation.moveTo(alias, resolve);
      }),
    inUse: () =>
      Object.fromEntries(
        [...holder.leases()].map(({ scope, unit, inUse }) => [
          `${scope.replace(/^key:[^/]+/, "")} ${unit}`,
          inUse,
        ]),
      ),
  };
}

const slots = (parallel: number): Limits => ({ rpm: null, parallel });

async function started(requests: ReturnType<typeof admission>): Promise<Reservation> {
  const answer = await requests.start();
  if (typeof answer === "string") throw new Error(answer);
  return answer;
}

test("a fallback gives back what only the first alias needed, takes what it needs, and keeps the rest", async () => {
  const requests = admission({ own: slots(9), chat: slots(1), spare: slots(1) });
  const first = await started(requests);
  expect(await requests.start()).toBe("rate_limited");
  expect(await requests.move(first, "spare")).toBe(true);
  expect(requests.inUse()).toEqual({ " parallel": 1, "/model:chat parallel": 0, "/model:spare parallel": 1 });
  const second = await started(requests);
  expect(await requests.move(second, "spare")).toBe(false);
  second.settle("unused");
  first.settle("used");
  expect(Object.values(requests.inUse())).toEqual([0, 0, 0]);
});

test("an alias without a limit of its own needs nothing besides, and the first one's is free", async () => {
  const requests = admission({ chat: slots(1) });
  const first = await started(requests);
  expect(await requests.move(first, "spare")).toBe(true);
  const second = await started(requests);
  first.settle("used");
  second.settle("used");
  expect(requests.inUse()).toEqual({ "/model:chat parallel": 0 });
});

test("a request that ends while a fallback waits keeps nothing", async () => {
  const requests = admission({ chat: slots(1), spare: slots(1) });
  const first = await started(requests);
  const moving = requests.move(first, "spare");
  first.settle("unused");
  await moving;
  expect(Object.values(requests.inUse()).every((count) => count === 0)).toBe(true);
});

test("a reservation says whose limits it holds: those of no alias after a move to one without room", async () => {
  const requests = admission({ chat: slots(1), spare: slots(1) });
  const first = await started(requests);
  expect(first.alias).toBe("chat");
  expect(await requests.move(first, "spare")).toBe(true);
  expect(first.alias).toBe("spare");
  const second = await started(requests);
  expect(await requests.move(second, "spare")).toBe(false);
  expect(second.alias).toBe(null);
  // What it gave back may be somebody else's by now: it is asked for again.
  expect(await requests.move(second, "chat")).toBe(true);
  second.settle("unused");
  first.settle("used");
  expect(Object.values(requests.inUse())).toEqual([0, 0]);
});
