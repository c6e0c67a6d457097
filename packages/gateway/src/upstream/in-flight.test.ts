import { expect, test } from "vitest";
import { InFlight } from "./in-flight.ts";

test("counts by deployment and in all, from the beginning to the end of each", () => {
  const inFlight = new InFlight();
  inFlight.begin("a");
  inFlight.begin("a");
  inFlight.begin("b");
  expect([inFlight.count("a"), inFlight.count("b"), inFlight.count("c"), inFlight.total]).toEqual([
    2, 1, 0, 3,
  ]);
  expect([...inFlight.entries()]).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
  inFlight.end("a");
  expect([inFlight.count("a"), inFlight.total]).toEqual([1, 2]);
});

test("a deployment that has nothing under way is forgotten", () => {
  const inFlight = new InFlight();
  inFlight.begin("a");
  inFlight.end("a");
  expect([inFlight.count("a"), inFlight.total]).toEqual([0, 0]);
  expect([...inFlight.entries()]).toEqual([]);
});
