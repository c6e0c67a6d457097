import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { parseYaml } from "../test/manifests.ts";

interface CustomResourceDefinition {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: object };
    }[];
  };
}

/** A check by the schema of one version in the file of a definition; fields that it does not have are refused. */
export function compileDefinition(file: string, version: string): ValidateFunction {
  const [definition] = parseYaml(readFileSync(file, "utf8")) as [CustomResourceDefinition];
  const found = definition.spec.versions.find(({ name }) => name === version);
  if (found === undefined) throw new Error(`${file} has no version ${version}`);
  // Formats such as int32 are OpenAPI's; x-kubernetes-… are the API server's own.
  return new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
    strict(found.schema.openAPIV3Schema),
  );
}

/** The same schema, which refuses what it does not know, as the API server does for who asks it to. */
function strict(schema: unknown): object {
  if (typeof schema !== "object" || schema === null) return {};
  const of = schema as Record<string, unknown>;
  const properties = of["properties"] as Record<string, unknown> | undefined;
  const isOpen = of["x-kubernetes-preserve-unknown-fields"] === true || of["x-kubernetes-embedded-resource"];
  const { pattern } = of;
  return {
    ...of,
    // Go's way to say that case does not matter, which JavaScript has not.
    ...(typeof pattern === "string" && { pattern: pattern.replace("(?i)", "") }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, below]) => [
          name,
          // The root's metadata is described as an object alone.
          name === "metadata" ? below : strict(below),
        ]),
      ),
      ...(of["additionalProperties"] === undefined && !isOpen && { additionalProperties: false }),
    }),
    ...(of["items"] !== undefined && { items: strict(of["items"]) }),
    ...(typeof of["additionalProperties"] === "object" && {
      additionalProperties: strict(of["additionalProperties"]),
    }),
  };
}
