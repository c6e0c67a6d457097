import { DISABLED_BY, isRoutable, REASON_CODES, VERDICTS, type Verdict } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { configOf, type Entry } from "../../test/configs.ts";
import { historyOf, instant, readyHistory, snapshotOf } from "../../test/deployment-histories.ts";
import { Drains, withDrain, withoutDrain } from "./drains.ts";

const { verdict: good } = readyHistory({}, { deployment: "a", alias: "chat" });
const BY = { since: 100, at: 100, by: "root@ops" };

const drain = (deployments: readonly string[], by = "root@ops") =>
  ({ action: "drain", deployments, by, reason: "new kernel" }) as const;
const undrain = (...deployments: readonly string[]) => ({ action: "undrain", deployments, by: "x" }) as const;

/** What is known after each step; `d` is disabled where the config says so. */
const entries = (disabled: boolean): readonly Entry[] => [
  { id: "a" },
  { id: "d", base: "http://d:1", info: { disabled } },
];

describe("what is published of a drained deployment", () => {
  it.each(REASON_CODES)("is not ready, and keeps what probes find: %s", (reason) => {
    const { verdict } = historyOf({}, { deployment: "a", ready: true, nameMatches: true, reason });
    const told = withDrain(verdict, BY);
    expect(told).toMatchObject({
      ready: false,
      nameMatches: true,
      reason: "drained",
      detail: "by root@ops",
      since: 100,
      drained: { since: 100, by: "root@ops", observed: reason },
    });
    expect(isRoutable(told)).toBe(false);
    expect(told.drained).not.toHaveProperty("at");
  });

  it("is what it was where nobody drains it", () => {
    expect(withDrain(good, undefined)).toBe(good);
    expect(withoutDrain(good)).toBe(good);
  });

  it("has no warnings and no time of coming back, and the operator's words", () => {
    const busy: Verdict = { ...good, warnings: ["saturated"], readyInMs: 5 };
    const told = withDrain(busy, { ...BY, reason: "new kernel" });
    expect(told).toMatchObject({ warnings: [], detail: "by root@ops: new kernel" });
    expect(told).not.toHaveProperty("readyInMs");
  });

  it.each([
    ["a", "root@ops", "`rollcall undrain a` gives it requests again."],
    ["a b; rm", "root@ops", /^Run `rollcall undrain`, or remove/],
    ["a", DISABLED_BY, /^Remove `disabled` from its model_info/],
  ])("says how it comes back: %j by %s", (deployment, by, hint) => {
    const { hint: said } = withDrain({ ...good, deployment }, { ...BY, by });
    expect(said).toEqual(typeof hint === "string" ? hint : expect.stringMatching(hint));
  });

  it("is read back as what probes had found", () => {
    expect(withoutDrain(withDrain(good, BY))).toEqual({ ...good, since: 100 });
    const { verdict: gone } = historyOf({}, { nameMatches: true, reason: "down", detail: "refused" });
    expect(withoutDrain(withDrain(gone, BY))).toEqual({ ...gone, since: 100, detail: "" });
  });

  it("is read by those who do not know of it as out, for whatever reason", () => {
    const { reason: _, drained: _unknown, ...told } = withDrain(good, BY);
    const read = VERDICTS.readRecord({ ...told, reason: "a later one" });
    expect(read.ok && [isRoutable(read.value), read.value.reason]).toEqual([false, "unknown"]);
  });
});

describe("who is drained", () => {
  it("is whoever was named, since the first time and by the first one", () => {
    const drains = new Drains();
    drains.adopt(configOf(entries(false)), null, instant(0));
    drains.apply(drain(["a"]), instant(100));
    drains.apply(drain(["a", "d"], "somebody else"), instant(200));
    expect(drains.of("a")).toEqual({ ...BY, reason: "new kernel" });
    expect(drains.of("d")).toMatchObject({ since: 200, by: "somebody else" });
    drains.apply(undrain("a", "a", "x"), instant(300));
    expect(drains.of("a")).toBe(undefined);
  });

  it("is whoever the config disables, and no order changes that", () => {
    const drains = new Drains();
    drains.adopt(configOf(entries(true)), null, instant(50));
    drains.adopt(configOf(entries(true)), null, instant(60));
    expect(drains.of("d")).toEqual({ since: 50, at: 50, by: DISABLED_BY });
    drains.apply(drain(["d"]), instant(100));
    expect(drains.of("d")?.by).toBe("root@ops");
    drains.apply(undrain("d"), instant(110));
    expect(drains.of("d")?.by).toBe(DISABLED_BY);
    drains.adopt(configOf(entries(false)), null, instant(120));
    expect(drains.of("d")).toBe(undefined);
  });

  it("is kept while the config has it, whatever becomes of its URL, and forgotten with it", () => {
    const drains = new Drains();
    drains.adopt(configOf(entries(false)), null, instant(0));
    drains.apply(drain(["a"]), instant(100));
    drains.adopt(configOf([{ id: "a", base: "http://elsewhere:1", alias: "new" }]), null, instant(200));
    expect(drains.of("a")?.since).toBe(100);
    drains.adopt(configOf([{ id: "b" }]), null, instant(300));
    drains.adopt(configOf([{ id: "a" }]), null, instant(400));
    expect(drains.of("a")).toBe(undefined);
  });

  it.each<[string, { by: string; disabled: boolean; isDrained: boolean }]>([
    ["an operator's holds", { by: "root@ops", disabled: false, isDrained: true }],
    ["the config's holds, as long as it says so", { by: DISABLED_BY, disabled: true, isDrained: true }],
    [
      "the config's does not where it says so no more",
      { by: DISABLED_BY, disabled: false, isDrained: false },
    ],
    ["an operator's goes before the config's", { by: "root@ops", disabled: true, isDrained: true }],
  ])("of an earlier run: %s", (_what, { by, disabled, isDrained }) => {
    const previous = snapshotOf([withDrain({ ...good, deployment: "d" }, { ...BY, by })]);
    const drains = new Drains();
    drains.adopt(configOf(entries(disabled)), previous, { wall: 1_100, monotonic: 10 });
    expect(drains.of("d")).toEqual(isDrained ? { since: 100, by, at: -990 } : undefined);
  });
});
