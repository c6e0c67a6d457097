import { describe, expect, it } from "vitest";
import { modelList, response } from "../../test/answers.ts";
import { ProberHarness } from "../../test/prober-harness.ts";
import type { Entry } from "../../test/configs.ts";

const A = "http://a:8000";

const a: Entry = { alias: "a", base: A };

describe("two servers on one port", () => {
  /** The kernel gives every other connection to the other one. */
  function shared(harness: ProberHarness, ...served: readonly (readonly string[])[]): void {
    let looks = 0;
    harness.backends.answer(A, ({ path }) => {
      if (!path.endsWith("/models")) return response(200);
      looks += 1;
      return response(200, modelList(...(served[looks % served.length] ?? [])));
    });
  }

  const entries = [a, { ...a, alias: "both", model: "phi" }, { ...a, alias: "other", model: "qwen" }];

  it("are named at the second probe, for those names that only one of them has, and left when one is gone", async () => {
    const harness = new ProberHarness(entries);
    shared(harness, ["llama", "phi"], ["qwen", "phi"]);
    await harness.start(10);
    await harness.clock.advance(2_010);
    expect(harness.written.reasons()).toEqual({ a: "name_flapping", both: "ok", other: "name_flapping" });
    expect(harness.written.last.verdicts[0]?.detail).toMatch(
      /^of fresh connections \d met it, \d met another server$/,
    );
    await harness.clock.advance(60_000);
    expect(harness.written.reasons()).toEqual({ a: "name_flapping", both: "ok", other: "name_flapping" });

    shared(harness, ["llama", "phi"]);
    await harness.clock.advance(5_000);
    expect(harness.written.reasons()).toEqual({ a: "ok", both: "ok", other: "wrong_name" });
  });

  it("are asked on a connection of its own for each look, and not looked for where nothing changes", async () => {
    const harness = new ProberHarness(entries);
    shared(harness, ["llama", "phi"]);
    await harness.start(20_000);
    expect(new Set(harness.backends.probeTimes(A)).size).toBe(harness.backends.probeTimes(A).length);
    const calm = harness.backends.probeTimes(A).length;
    await harness.clock.advance(10_000);
    expect(harness.backends.probeTimes(A).length - calm).toBe(10);
  });

  it("are not seen in a server that was renamed", async () => {
    const harness = new ProberHarness([a]);
    harness.backends.serve(A, "llama");
    await harness.start();
    harness.backends.serve(A, "qwen");
    await harness.clock.advance(10_000);
    harness.backends.serve(A, "llama");
    await harness.clock.advance(10_000);
    const reasons = harness.written.snapshots.flatMap(({ verdicts }) => verdicts.map(({ reason }) => reason));
    expect(new Set(reasons)).toEqual(new Set(["ok", "wrong_name"]));
  });
});
