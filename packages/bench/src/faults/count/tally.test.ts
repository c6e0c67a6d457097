import { expect, it } from "vitest";
import { type Result, tally } from "./tally.ts";

const result = (sentAt: number, more: Partial<Result> = {}): Result => ({
  sentAt,
  endedAt: sentAt + 100,
  stream: false,
  outcome: "ok",
  sign: "200",
  reason: null,
  ...more,
});

it("counts outcomes, signs and reasons, and says when errors were sent", () => {
  const counted = tally(
    [
      result(900),
      result(1_100, { outcome: "error", sign: "503", reason: "no_deployment" }),
      result(1_300, { outcome: "error", sign: "503", reason: "no_deployment", stream: true }),
      result(1_400, { outcome: "told", stream: true }),
      result(1_500, { endedAt: 1_900 }),
    ],
    { struckAt: 1_000, absence: null },
  );
  expect(counted).toMatchObject({ sent: 5, ok: 2, error: 2, told: 1, broken: 0, hidden: 0 });
  expect(counted.signs).toEqual({ "error 503": 1, "error 503 stream": 1, "told 200 stream": 1 });
  expect(counted.reasons).toEqual(["no_deployment"]);
  expect(counted.errorsSent).toEqual({ firstMs: 100, lastMs: 300 });
  expect(counted.p95Ms).toBe(400);
});

it("leaves out what was sent while the system was gone", () => {
  const counted = tally([result(900), result(1_000, { outcome: "error" }), result(2_000)], {
    struckAt: 1_000,
    absence: { from: 1_000, to: 2_000 },
  });
  expect(counted).toMatchObject({ sent: 2, error: 0, errorsSent: null });
});
