import { assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { configOf } from "../../test/deployments.ts";
import { divideLimits, partOf, tooFewForAll } from "./divide-limits.ts";

const partsOf = (limit: number, count: number) =>
  Array.from({ length: count }, (_, index) => partOf(limit, { index, count }));

describe("a limit that several workers share", () => {
  test.each([
    [8, 4, [2, 2, 2, 2]],
    [7, 3, [3, 2, 2]],
    [1, 3, [1, 1, 1]],
    [0, 3, [0, 0, 0]],
    [5, 1, [5]],
  ])("of %d among %d is %j", (limit, count, expected) => {
    expect(partsOf(limit, count)).toEqual(expected);
  });

  test("is kept by all together, or passed by one each where there are more workers than that", () => {
    const whole = { min: 1, max: 100 };
    assert(
      property(integer(whole), integer(whole), (limit, count) => {
        const parts = partsOf(limit, count);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(Math.max(limit, count));
        expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("a worker's config", () => {
  const whole = configOf(
    {
      wide: { params: { max_parallel_requests: 5 } },
      narrow: { params: { max_parallel_requests: 1 } },
      open: {},
    },
    { rollcall: { gateway: { max_connections: 101, body_memory: 1001 }, queue: { size: 3 } } },
  );

  test("has its part of what is limited, wherever it stands, and all the rest", () => {
    const part = divideLimits(whole, { index: 0, count: 2 });
    const limits = { wide: 3, narrow: 1, open: null };
    const found = (list: typeof part.deployments = []) =>
      Object.fromEntries(list.map(({ id, maxParallel }) => [id, maxParallel]));
    expect(found(part.deployments)).toEqual(limits);
    expect(found(part.aliases.get("chat"))).toEqual(limits);
    expect(part.gateway.maxConnections).toBe(51);
    expect(part.gateway.bodyMemoryBytes).toBe(501);
    expect(part.queue.size).toBe(2);
    expect(part.checksum).toBe(whole.checksum);
    expect(part.backends).toBe(whole.backends);
  });

  test("has all of what LiteLLM counts for each worker", () => {
    const general_settings = { max_in_flight_requests_per_worker: 5 };
    const { queue } = divideLimits(configOf({ a: {} }, { general_settings }), { index: 1, count: 4 });
    expect(queue.size).toBe(5);
  });

  test("is told of where a limit is too low for all of them", () => {
    expect(tooFewForAll(whole, 2).map(({ id }) => id)).toEqual(["narrow"]);
    expect(tooFewForAll(whole, 6).map(({ id }) => id)).toEqual(["wide", "narrow"]);
    expect(tooFewForAll(whole, 1)).toEqual([]);
  });
});
