import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configOf, ONE } from "../../test/configs.ts";
import { PLACED_SETTINGS, type PlacedSetting } from "./rollcall-section.ts";
import { CONFIG_SCHEMA } from "./written.ts";

test("the schema file for editors is what scripts/write-schema.ts writes", () => {
  const file = new URL("../../config.schema.json", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(`${JSON.stringify(CONFIG_SCHEMA, null, 2)}\n`);
});

const shown = ({ path }: PlacedSetting): { default?: unknown } =>
  path.reduce<object>(
    (schema, key) => (schema as { properties: Record<string, object> }).properties[key] ?? {},
    CONFIG_SCHEMA.properties.rollcall,
  );

test.each(PLACED_SETTINGS.map((placed) => [placed.path.join("."), placed] as const))(
  "the default of %s that the schema shows is the one that holds",
  (_name, placed) => {
    const [section, key] = placed.path;
    const written = shown(placed).default;
    // What has no default to show stands for itself: nothing.
    const said = key === undefined ? { [section ?? ""]: written } : { [section ?? ""]: { [key]: written } };
    const { checksum: _, ...config } = configOf(`${ONE}rollcall: ${JSON.stringify(said)}\n`);
    const { checksum: __, ...unsaid } = configOf(ONE);
    expect(config).toEqual(unsaid);
    expect(written === undefined).toBe(placed.setting.default === null);
  },
);

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
