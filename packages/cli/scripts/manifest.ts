export interface SourceManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/**
 * Node for systems where the machine's own may be older, as packages that are the bare program: no install script, and the
 * lock file of whoever installs them holds their integrity.
 */
export type NodePackages = Readonly<Record<string, string>>;

/** The package.json of what is shipped: nothing is to be installed but Node, and that only where it is missing. */
export function shippedManifest(
  { version, description, license }: SourceManifest,
  nodePackages: NodePackages,
): object {
  return {
    name: "rollcall",
    version,
    description,
    license,
    type: "module",
    bin: { rollcall: "bin/rollcall.js" },
    man: ["man/rollcall.1"],
    engines: { node: ">=18" },
    optionalDependencies: nodePackages,
  };
}
