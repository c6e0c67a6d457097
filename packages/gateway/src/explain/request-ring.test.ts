import { expect, test } from "vitest";
import { FakeClock } from "@rollcall/testkit";
import { playRequest, whole } from "../../test/one-request/request-cases.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { RequestEnd } from "../pipeline/stage.ts";
import type { PassedOver } from "../routing/passed-over.ts";
import { joinLookups } from "./request-explanation.ts";
import { RequestRing } from "./request-ring.ts";

const END: RequestEnd = { ending: "complete", failure: null, status: 200, ms: 10 };
const { ctx } = await playRequest({ about: "", plays: [whole] });

const like = (requestId: string, facts: Partial<RequestContext> = {}) =>
  Object.assign({}, ctx, { trace: null, requestId, ...facts }) as unknown as RequestContext;

/** Keeps requests of these ids, one a second. */
function keeping(capacity: number, ids: readonly string[]) {
  const clock = new FakeClock({ now: 1_000_000 });
  const ring = new RequestRing(capacity, clock);
  for (const id of ids) {
    clock.jump(1_000);
    ring.requestEnded(like(id), END);
  }
  return { clock, ring };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `r-${index}`);

test("the last ones are known, and since when", () => {
  const { ring } = keeping(1_000, ids(2_700));
  const known = ids(2_700).filter((id) => ring.find(id).found?.requestId === id);
  expect(known).toEqual(ids(2_700).slice(-1_000));
  const { found, ...rest } = ring.find("r-1699");
  expect(found).toBeNull();
  expect(rest).toEqual({ kept: 1_000, capacity: 1_000, since: 1_000_000 + 1_701_000 - 10 });
});

test("of two with one id the newest is known; of none nothing", () => {
  const { ring } = keeping(10, ["a", "b", "a", "c"]);
  expect(ring.find("a").found?.startedAt).toBe(1_000_000 + 3_000 - 10);
  expect(keeping(10, []).ring.find("a")).toEqual({ found: null, kept: 0, capacity: 10, since: null });
});

test("another size begins anew, and none keeps nothing", () => {
  const { ring } = keeping(10, ["a"]);
  ring.resize(10);
  expect(ring.find("a").kept).toBe(1);
  ring.resize(0);
  ring.requestEnded(like("b"), END);
  expect(ring.find("b")).toEqual({ found: null, kept: 0, capacity: 0, since: null });
});

test("of a large fleet the first that could not be taken are told, the others counted", () => {
  const { ring } = keeping(10, []);
  const many: PassedOver[] = ids(100).map((id) => ({ id, why: "down" }));
  ring.requestEnded(like("a", { passedOver: many }), END);
  ring.requestEnded(like("b", { passedOver: many.slice(0, 64).map((one) => ({ ...one })) }), END);
  const [a, b] = ["a", "b"].map((id) => ring.find(id).found);
  expect([a?.more, b?.more]).toEqual([36, 0]);
  expect(a?.deployments.filter(({ standing }) => standing === "down")).toHaveLength(64);
  // What is as it was before is not kept twice.
  expect(b?.attempts[0]?.passedOver).toBe(a?.attempts[0]?.passedOver);
});

test("several processes know what one of them knows, since the latest of their beginnings", () => {
  const lookups = [keeping(10, ["a"]), keeping(5, ["b", "c"]), keeping(5, [])].map(({ ring }) =>
    ring.find("b"),
  );
  expect(joinLookups(lookups)).toMatchObject({
    found: { requestId: "b" },
    kept: 3,
    capacity: 20,
    since: 1_000_990,
  });
  expect(joinLookups([])).toEqual({ found: null, kept: 0, capacity: 0, since: null });
});
