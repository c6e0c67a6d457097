import { Contrib, Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import parseExpression from "spdx-expression-parse";
import type { NodePackages } from "./manifest.ts";
import type { ThirdParty } from "./third-party.ts";

interface Contents {
  readonly product: Pick<ThirdParty, "name" | "version" | "license">;
  /** Packages whose code is in the programs. */
  readonly parties: readonly ThirdParty[];
  /** Packages that npm installs beside it where they fit the machine, with their ranges. */
  readonly optional: NodePackages;
}

const builder = new Contrib.FromNodePackageJson.Builders.ComponentBuilder(
  new Contrib.FromNodePackageJson.Factories.ExternalReferenceFactory(),
  new Contrib.License.Factories.LicenseFactory(parseExpression),
);

/** The bill of materials as CycloneDX 1.6 in JSON. The same contents give the same bytes. */
export function printSbom({ product, parties, optional }: Contents): string {
  const root = component(product, Enums.ComponentType.Application);
  const bundled = parties.map((party) => component(party, Enums.ComponentType.Library));
  const besides = Object.entries(optional).map(([name, version]) => {
    const node = component({ name, version, license: "MIT" }, Enums.ComponentType.Platform);
    node.scope = Enums.ComponentScope.Optional;
    return node;
  });
  const components = [...bundled, ...besides];
  for (const { bomRef } of components) root.dependencies.add(bomRef);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root }),
    components: new Models.ComponentRepository(components),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function component(manifest: Contents["product"], type: Enums.ComponentType): Models.Component {
  const made = builder.makeComponent({ ...manifest }, type);
  if (made === undefined) throw new Error(`${manifest.name} cannot be named in a bill of materials`);
  const [name = "", scope] = manifest.name.split("/").toReversed();
  made.purl = new PackageURL("npm", scope, name, manifest.version, undefined, undefined).toString();
  made.bomRef.value = made.purl;
  return made;
}
