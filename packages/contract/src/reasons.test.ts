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
    `adapter_gone asleep canary_failed crash_loop dns down draining engine_dead hung loading name_flapping no_models not_openai ok overdue
    proxy_error server_error timeout tls unknown wrong_key wrong_name wrong_path`
      .trim()
      .split(/\s+/),
  );
});

test("definite are the findings that asking again would not change", () => {
  expect(REASON_CODES.filter((code) => REASONS[code].definite).toSorted()).toEqual(
    `adapter_gone asleep draining engine_dead hung name_flapping no_models not_openai ok wrong_key wrong_name wrong_path`.split(
      " ",
    ),
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
