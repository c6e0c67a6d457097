import type { Reason, Snapshot, Verdict } from "@rollcall/contract";
import { expect, test } from "vitest";
import { deploymentOf, snapshotOf, verdictOn } from "../../test/deployments.ts";
import { certainty, suspicion } from "./ejection.ts";
import { HealthRegistry } from "./health-registry.ts";

const START = 1_000_000;

/** Of a and b; the two clocks are far apart, so that a mix-up of them shows. */
function ejected(): HealthRegistry {
  const registry = new HealthRegistry();
  const at = { wall: START, monotonic: 5_000 };
  registry.of("a").eject(certainty("wrong_name", at));
  registry.of("b").eject(suspicion("timeout", at, 2_000));
  return registry;
}

const on = (reason: Reason, facts: Partial<Verdict>) => verdictOn(deploymentOf("a"), reason, facts);

const ejectedIn = (registry: HealthRegistry) => registry.evidence(5_001).map(([id]) => id);

test("a snapshot that found one routable after its ejection ends that, and no other", () => {
  const registry = ejected();
  registry.update(snapshotOf([on("ok", { observedAt: START + 1 })]));
  expect(ejectedIn(registry)).toEqual(["b"]);
});

test("a snapshot that confirms it with all that are routable ends it, though its verdict has not changed", () => {
  const registry = ejected();
  const verdict = on("ok", { observedAt: START - 1_000 });
  registry.update(snapshotOf([verdict], { confirmedAt: START }));
  expect(ejectedIn(registry)).toEqual(["a", "b"]);
  registry.update(snapshotOf([verdict], { confirmedAt: START + 1 }));
  expect(ejectedIn(registry)).toEqual(["b"]);
});

test.each<[string, Verdict, Partial<Snapshot>]>([
  ["found it routable before", on("ok", { observedAt: START }), {}],
  ["found it not ready", on("loading", { observedAt: START + 1 }), { confirmedAt: START + 1 }],
  ["found another name", on("wrong_name", { observedAt: START + 1 }), { confirmedAt: START + 1 }],
  [
    "has not seen its name",
    on("ok", { observedAt: START + 1, nameMatches: null }),
    { confirmedAt: START + 1 },
  ],
])("a snapshot that %s ends nothing", (_case, verdict, header) => {
  const registry = ejected();
  registry.update(snapshotOf([verdict], header));
  expect(ejectedIn(registry)).toEqual(["a", "b"]);
});

test("a snapshot that says nothing of it ends nothing", () => {
  const registry = ejected();
  registry.update(snapshotOf([verdictOn(deploymentOf("c"), "ok", { observedAt: START + 1 })]));
  expect(ejectedIn(registry)).toEqual(["a", "b"]);
});

test("a port's refusal is known from when the prober saw it, as the clock of this host has it, until it ends", () => {
  const registry = new HealthRegistry();
  const health = registry.of("a");
  const { check } = deploymentOf("a");
  const closed = (writtenAt: number) => snapshotOf([on("down", { refusedSince: START })], { writtenAt });
  registry.learnRefusals(closed(START + 150), 5_160);
  expect(health.refusal).toEqual({ check, since: START, at: 5_010 });
  // A later snapshot that took longer to come does not move it.
  registry.learnRefusals(closed(START + 1_150), 7_000);
  expect(health.refusal).toEqual({ check, since: START, at: 5_010 });
  registry.learnRefusals(snapshotOf([on("down", { refusedSince: START + 9 })], { writtenAt: START }), 8_000);
  expect(health.refusal).toEqual({ check, since: START + 9, at: 8_000 });
  registry.learnRefusals(snapshotOf([on("ok", {})]), 9_000);
  expect(health.refusal).toBe(null);
});

test("the last byte of several is that of the last of them", () => {
  const registry = new HealthRegistry();
  registry.of("a").heard(5);
  registry.of("a").heard(3);
  registry.of("b").heard(7);
  expect(registry.lastHeard(["a"])).toBe(5);
  expect(registry.lastHeard(["a", "b", "c"])).toBe(7);
  expect(registry.lastHeard(["c"])).toBe(Number.NEGATIVE_INFINITY);
});
