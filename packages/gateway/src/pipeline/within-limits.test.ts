import { expect, test, vi } from "vitest";
import { candidateOf } from "../../test/candidates.ts";
import type { Decision } from "../routing/decide.ts";
import type { RequestContext } from "./request-context.ts";
import type { Reservation } from "./reservation.ts";
import { withinLimits } from "./within-limits.ts";

const forward = (id: string, alias: string): Decision => {
  const candidate = candidateOf(id);
  return {
    kind: "forward",
    candidate: { ...candidate, deployment: { ...candidate.deployment, alias } },
    passedOver: [],
  };
};

/** A reservation that holds the limits of `alias`, and finds room where `rooms` have it. */
function held(alias: string | null, rooms: readonly string[]) {
  const moveTo = vi.fn<Reservation["moveTo"]>((to, done) => {
    const fits = rooms.includes(to);
    reservation.alias = fits ? to : null;
    done(fits);
    return null;
  });
  const reservation = { alias, moveTo, addHeaders: () => {}, settle: () => {} };
  return reservation;
}

const OUTCOMES = { take: ({ id }: { id: string }) => id, refuse: ({ kind }: { kind: string }) => kind };

test.for([
  ["goes without a word where its limits are held", "chat", [], "chat-1", 0],
  ["is asked for again where another alias held them", "spare", ["chat"], "chat-1", 1],
  ["is refused where they have no room any more", "spare", [], "all_full", 1],
  ["is asked for again where nothing is held", null, ["chat"], "chat-1", 1],
] as const)("a request that comes back to its alias %s", async ([, alias, rooms, told, moves]) => {
  const reservation = held(alias, rooms);
  const ctx = { reservation, ended: false, fields: { model: "chat" } } as unknown as RequestContext;
  expect(await withinLimits(ctx, { decide: () => forward("chat-1", "chat"), ...OUTCOMES })).toBe(told);
  expect(reservation.moveTo).toHaveBeenCalledTimes(moves);
});

test("one without room is passed over, and the next is taken", async () => {
  const reservation = held("chat", ["other"]);
  const ctx = { reservation, ended: false, fields: { model: "chat" } } as unknown as RequestContext;
  const decide = (full: ReadonlySet<string>) =>
    full.has("spare") ? forward("other-1", "other") : forward("spare-1", "spare");
  expect(await withinLimits(ctx, { decide, ...OUTCOMES })).toBe("other-1");
});
