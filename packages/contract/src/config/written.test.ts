import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configOf, ONE } from "../../test/configs.ts";
import { parseByteSize } from "./byte-size.ts";
import { DEFAULTS } from "./defaults.ts";
import { parseDuration } from "./duration.ts";
import { CONFIG_SCHEMA } from "./written.ts";

test("the schema file for editors is what scripts/write-schema.ts writes", () => {
  const file = new URL("../../config.schema.json", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(`${JSON.stringify(CONFIG_SCHEMA, null, 2)}\n`);
});

describe("the defaults that the schema shows are those that hold", () => {
  const { prober, gateway, state } = CONFIG_SCHEMA.properties.rollcall.properties;

  test("of the prober", () => {
    const shown = prober.properties;
    expect(shown.port.default).toBe(DEFAULTS.prober.port);
    expect(parseDuration(shown.interval.default)).toBe(DEFAULTS.prober.intervalMs);
    expect(parseDuration(shown.not_ready_interval.default)).toBe(DEFAULTS.prober.notReadyIntervalMs);
    expect(parseDuration(shown.timeout.default)).toBe(DEFAULTS.prober.timeoutMs);
    expect(parseDuration(shown.load_time.default)).toBe(DEFAULTS.prober.loadTimeMs);
    expect(shown.failures.default).toBe(DEFAULTS.prober.failures);
    expect(shown.concurrency.default).toBe(DEFAULTS.prober.concurrency);
  });

  test("of the gateway and the state", () => {
    expect(gateway.properties.port.default).toBe(DEFAULTS.gateway.port);
    expect(parseDuration(gateway.properties.drain.default)).toBe(DEFAULTS.gateway.drainMs);
    expect(parseByteSize(gateway.properties.max_body.default)).toBe(DEFAULTS.gateway.maxBodyBytes);
    expect(state.properties.on_stale.default).toBe(configOf(ONE).state.onStale);
  });
});

test("every setting is described in words", () => {
  const silent: string[] = [];
  const walk = (schema: object, path: string) => {
    const { properties = {} } = schema as {
      properties?: Record<string, { type?: unknown; description?: string }>;
    };
    for (const [key, part] of Object.entries(properties)) {
      const isLeaf = part.type !== "object";
      if (isLeaf && !(part.description ?? "").trim()) silent.push(`${path}.${key}`);
      walk(part, `${path}.${key}`);
    }
  };
  walk(CONFIG_SCHEMA, "");
  walk(CONFIG_SCHEMA.properties.model_list.items, ".model_list");
  expect(silent).toEqual([]);
});
