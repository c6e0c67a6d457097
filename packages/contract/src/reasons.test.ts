import { describe, expect, test } from "vitest";
import { isReason, isWarning, REASON_CODES, REASONS, WARNINGS } from "./reasons.ts";

describe("every reason", () => {
  test.each(REASON_CODES)("%s says in whole sentences what it means and what to do", (code) => {
    const { meaning, fix, definite } = REASONS[code];
    for (const sentence of [meaning, fix]) {
      expect(sentence).toMatch(/^[A-Z].+[^.]\.$/s);
      expect(sentence).not.toMatch(/\n|\s\s/);
      expect(sentence.length).toBeLessThanOrEqual(120);
    }
    expect(typeof definite).toBe("boolean");
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(isReason(code)).toBe(true);
  });

  test("means something else than the others", () => {
    expect(new Set(REASON_CODES.map((code) => REASONS[code].meaning)).size).toBe(REASON_CODES.length);
  });
});

test("the reasons are these and no others", () => {
  expect([...REASON_CODES].toSorted()).toEqual(
    `adapter_gone asleep canary_failed crash_loop dns down drained draining engine_dead hung key_missing loading name_flapping no_models not_openai ok overdue
    proxy_error server_error timeout tls unknown wrong_key wrong_name wrong_path`
      .trim()
      .split(/\s+/),
  );
});

/** A contract freeze: who routes, retries, waits or alarms goes by these. */
test.each([
  [
    "are acted on after one probe",
    "definite",
    "adapter_gone asleep drained draining engine_dead hung key_missing name_flapping no_models not_openai ok wrong_key wrong_name wrong_path",
  ],
  ["leave the server ready", "ready", "adapter_gone ok wrong_name"],
  ["pass by themselves", "selfHealing", "crash_loop loading overdue unknown"],
  ["are worth queueing for", "queueable", "loading"],
  ["mean that nothing answers", "absence", "crash_loop down loading overdue"],
  [
    "need one failed request",
    "suspectAtOnce",
    "dns down draining engine_dead not_openai proxy_error tls wrong_key",
  ],
  [
    "stay until a person acts",
    "needsOperator",
    "adapter_gone asleep drained engine_dead hung name_flapping no_models not_openai tls wrong_key wrong_name wrong_path",
  ],
] as const)("the reasons that %s", (_what, trait, codes) => {
  expect(REASON_CODES.filter((code) => REASONS[code][trait]).toSorted()).toEqual(codes.split(" "));
});

test("the reasons that call nobody", () => {
  expect(REASON_CODES.filter((code) => REASONS[code].severity === "info").toSorted()).toEqual(
    "drained loading ok unknown".split(" "),
  );
});

test.each(Object.entries(WARNINGS))(
  "the warning %s says in whole sentences what it means and what to do",
  (code, facts) => {
    for (const sentence of [facts.meaning, facts.fix]) expect(sentence).toMatch(/^\S.+[^.]\.$/);
    expect(isWarning(code)).toBe(true);
    expect(isReason(code)).toBe(false);
  },
);

test.each(["", "OK", "fine", "toString", "__proto__", "constructor", null, undefined, 1, ["ok"], {}])(
  "%j is neither reason nor warning",
  (value) => {
    expect([isReason(value), isWarning(value)]).toEqual([false, false]);
  },
);
