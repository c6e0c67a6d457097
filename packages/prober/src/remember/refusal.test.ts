import { expect, it } from "vitest";
import { instant, readyOutcome } from "../../test/deployment-histories.ts";
import { absent, fault, loading, refused, type Outcome } from "../read/outcome.ts";
import { watchRefusal, type Refusal } from "./refusal.ts";

type Step = readonly [at: number, outcome: Outcome];

const good = readyOutcome("llama");

it.each<[what: string, steps: readonly Step[], seen: Refusal | null]>([
  ["seen once is not believed yet", [[100, refused()]], { since: 100, at: 100, isConfirmed: false }],
  [
    "seen twice within half a second holds since the first time",
    [
      [100, refused()],
      [600, refused()],
    ],
    { since: 100, at: 100, isConfirmed: true },
  ],
  [
    "seen twice further apart is a first one again",
    [
      [100, refused()],
      [601, refused()],
    ],
    { since: 601, at: 601, isConfirmed: false },
  ],
  [
    "once believed holds however long the next look takes",
    [
      [100, refused()],
      [200, refused()],
      [90_000, refused()],
    ],
    { since: 100, at: 100, isConfirmed: true },
  ],
  [
    "with an answer between is no refusal",
    [
      [100, refused()],
      [200, good],
      [300, refused()],
    ],
    { since: 300, at: 300, isConfirmed: false },
  ],
  [
    "ends with an answer",
    [
      [100, refused()],
      [200, refused()],
      [300, good],
    ],
    null,
  ],
  [
    "ends where somebody listens, whatever comes of it",
    [
      [100, refused()],
      [200, refused()],
      [300, absent("accepted, then dropped")],
    ],
    null,
  ],
  ["is no name that does not resolve", [[100, fault("dns", "no such name")]], null],
  ["is no server that says that it loads", [[100, loading("503")]], null],
])("a refusal %s", (_what, steps, seen) => {
  const start: Refusal | null = null;
  expect(
    steps.reduce<Refusal | null>(
      (before, [at, outcome]) => watchRefusal(before, outcome, instant(at)),
      start,
    ),
  ).toEqual(seen);
});
