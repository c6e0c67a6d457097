import { describe, expect, it } from "vitest";
import { modelList, response } from "../../test/answers.ts";
import { CalledRoll } from "../../test/called-roll.ts";
import type { Entry } from "../../test/configs.ts";

const A = "http://a:8000";

const a: Entry = { alias: "a", base: A };

describe("two servers on one port", () => {
  /** The kernel gives every other connection to the other one. */
  function shared(roll: CalledRoll, ...served: readonly (readonly string[])[]): void {
    let looks = 0;
    roll.backends.answer(A, ({ path }) => {
      if (!path.endsWith("/models")) return response(200);
      looks += 1;
      return response(200, modelList(...(served[looks % served.length] ?? [])));
    });
  }

  const entries = [a, { ...a, alias: "both", model: "phi" }, { ...a, alias: "other", model: "qwen" }];

  it("are named at the second probe, for those names that only one of them has, and left when one is gone", async () => {
    const roll = new CalledRoll(entries);
    shared(roll, ["llama", "phi"], ["qwen", "phi"]);
    await roll.start(10);
    await roll.clock.advance(2_010);
    expect(roll.written.reasons()).toEqual({ a: "name_flapping", both: "ok", other: "name_flapping" });
    expect(roll.written.last.verdicts[0]?.detail).toMatch(
      /^of fresh connections \d met it, \d met another server$/,
    );
    await roll.clock.advance(60_000);
    expect(roll.written.reasons()).toEqual({ a: "name_flapping", both: "ok", other: "name_flapping" });

    shared(roll, ["llama", "phi"]);
    await roll.clock.advance(5_000);
    expect(roll.written.reasons()).toEqual({ a: "ok", both: "ok", other: "wrong_name" });
  });

  it("are asked on a connection of its own for each look, and not looked for where nothing changes", async () => {
    const roll = new CalledRoll(entries);
    shared(roll, ["llama", "phi"]);
    await roll.start(20_000);
    expect(new Set(roll.backends.rollCalls(A)).size).toBe(roll.backends.rollCalls(A).length);
    const calm = roll.backends.rollCalls(A).length;
    await roll.clock.advance(10_000);
    expect(roll.backends.rollCalls(A).length - calm).toBe(10);
  });

  it("are not seen in a server that was renamed", async () => {
    const roll = new CalledRoll([a]);
    roll.backends.serve(A, "llama");
    await roll.start();
    roll.backends.serve(A, "qwen");
    await roll.clock.advance(10_000);
    roll.backends.serve(A, "llama");
    await roll.clock.advance(10_000);
    const reasons = roll.written.snapshots.flatMap(({ verdicts }) => verdicts.map(({ reason }) => reason));
    expect(new Set(reasons)).toEqual(new Set(["ok", "wrong_name"]));
  });
});
