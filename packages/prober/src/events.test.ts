import { expect, it } from "vitest";
import { readyHistory, historyOf } from "../test/deployment-histories.ts";
import { Events } from "./events.ts";

const unknown = historyOf().verdict;
const ok = readyHistory().verdict;
const of = (deployment: string, alias: string) => ({ ...ok, deployment, alias });

it("keeps what changed, with what was found and what was expected", () => {
  const events = new Events();
  expect([events.list(), events.oldest, events.newest]).toEqual([[], 1, 0]);
  const wrong = {
    ...ok,
    reason: "wrong_name",
    detail: "another name",
    hint: "rename it",
    found: ["qwen"],
    warnings: ["restarted"],
  } as const;
  events.record(unknown, ok, 5);
  events.record(ok, wrong, 7);
  expect(events.list()).toEqual([
    expect.objectContaining({ sequence: 1, at: 5, from: "unknown", to: "ok" }),
    {
      sequence: 2,
      at: 7,
      deployment: ok.deployment,
      alias: ok.alias,
      from: "ok",
      to: "wrong_name",
      detail: "another name",
      hint: "rename it",
      warnings: ["restarted"],
      expected: "llama",
      found: ["qwen"],
    },
  ]);
});

it("lists those after one that is known, of one deployment, of one alias, and of all these together", () => {
  const events = new Events();
  for (const [id, alias] of [
    ["1", "a"],
    ["2", "a"],
    ["3", "b"],
    ["1", "a"],
  ] as const)
    events.record(unknown, of(id, alias), 0);
  const sequences = (filter: Parameters<Events["list"]>[0]) =>
    events.list(filter).map(({ sequence }) => sequence);
  expect(sequences({ since: 2 })).toEqual([3, 4]);
  expect(sequences({ since: 4 })).toEqual([]);
  expect(sequences({ deployment: "1" })).toEqual([1, 4]);
  expect(sequences({ alias: "a" })).toEqual([1, 2, 4]);
  expect(sequences({ alias: "a", deployment: "1", since: 1 })).toEqual([4]);
  expect(sequences({ alias: "A" })).toEqual([]);
});

it("forgets the oldest, and tells from where on it knows all", () => {
  const events = new Events(3);
  for (let at = 1; at <= 5; at += 1) events.record(unknown, ok, at);
  expect(events.list().map(({ sequence, at }) => [sequence, at])).toEqual([
    [3, 3],
    [4, 4],
    [5, 5],
  ]);
  expect([events.oldest, events.newest]).toEqual([3, 5]);
});

it("keeps a thousand", () => {
  const events = new Events();
  for (let at = 1; at <= 1_001; at += 1) events.record(unknown, ok, at);
  expect(events.list()).toHaveLength(1_000);
});
