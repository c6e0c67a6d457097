import { fields, type Fields } from "./fields.ts";

const VALUES: Readonly<Record<string, unknown>> = {
  string: "made up",
  number: 1,
  integer: 1,
  boolean: true,
  null: null,
};

/** How deep a schema that holds itself is followed. */
const DEPTH = 8;

/** A value that a JSON schema allows: as few entries as it asks for, the first of what it offers. */
export function sampleValue(schema: Fields, root: Fields = schema, depth = 0): unknown {
  if (depth > DEPTH) return null;
  const inside = (part: unknown): unknown => sampleValue(fields(part), root, depth + 1);
  if (typeof schema["$ref"] === "string") return inside(pointed(root, schema["$ref"]));
  if ("const" in schema) return schema["const"];
  for (const choices of [schema["enum"], schema["examples"]]) {
    if (Array.isArray(choices) && choices.length > 0) return choices[0];
  }
  for (const name of ["anyOf", "oneOf", "allOf"]) {
    const options = schema[name];
    if (Array.isArray(options) && options.length > 0) return inside(options[0]);
  }
  const type = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  if (type === "array") {
    const least = typeof schema["minItems"] === "number" ? schema["minItems"] : 0;
    return Array.from({ length: least }, () => inside(schema["items"]));
  }
  if (type === "object" || "properties" in schema) {
    const properties = Object.entries(fields(schema["properties"]));
    return Object.fromEntries(properties.map(([name, about]) => [name, inside(about)]));
  }
  return VALUES[String(type)];
}

/** What a `$ref` such as `#/$defs/City` stands for. */
function pointed(root: Fields, ref: string): unknown {
  const steps = ref.replace(/^#\/?/, "").split("/");
  return steps.reduce<unknown>((at, step) => (step === "" ? at : fields(at)[step]), root);
}
