import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Command } from "commander";
import { commandTree } from "../src/completion/command-tree.ts";
import { describeRollcall, HELP_END } from "../src/describe-rollcall.ts";
import { processTerminal } from "../src/terminal.ts";
import { bundle } from "./bundle.ts";
import { shippedManifest, type NodePackages, type SourceManifest } from "./manifest.ts";
import { printManPage } from "./man-page.ts";
import { PROGRAMS } from "./programs.ts";
import { printSbom } from "./sbom.ts";
import { templateUnit } from "./template-unit.ts";
import { findThirdParties, printThirdParties } from "./third-party.ts";

/** Writes what is shipped into a directory, which is emptied first: `node scripts/build.ts [--out <directory>]`. */
const PACKAGE = path.join(import.meta.dirname, "..");
const { out } = parseArgs({
  options: { out: { type: "string", default: path.join(PACKAGE, "dist") } },
}).values;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const modules = new Set<string>();
for (const [name, source] of Object.entries(PROGRAMS)) {
  const { code, modules: used } = await bundle(source);
  for (const file of used) modules.add(file);
  write(`${name}.js`, code);
}
const parties = findThirdParties([...modules]);
write("THIRD-PARTY-LICENSES.txt", printThirdParties(parties));
const manifest = readManifest(PACKAGE) as SourceManifest;
const { optionalDependencies } = readManifest(path.join(PACKAGE, "../node")) as {
  optionalDependencies: NodePackages;
};
write("package.json", `${JSON.stringify(shippedManifest(manifest, optionalDependencies), null, 2)}\n`);
write(
  "sbom.cdx.json",
  printSbom({ product: { ...manifest, name: "rollcall" }, parties, optional: optionalDependencies }),
);
mkdirSync(path.join(out, "man"));
const { version } = manifest;
write(
  "man/rollcall.1",
  printManPage({ root: commandTree(describedRollcall()), version, exitCodes: HELP_END }),
);
for (const [from, to] of [
  ["bin", "bin"],
  ["CHANGELOG.md", "CHANGELOG.md"],
  ["README.md", "README.md"],
  ["../../LICENSE", "LICENSE"],
  // What a host without the checkout is set up with.
  ["../../deploy/systemd", "deploy/systemd"],
  ["../../deploy/prometheus", "deploy/prometheus"],
  ["../../deploy/grafana", "deploy/grafana"],
  // The prober sends them as they are.
  ["../prober/src/page/assets/status-page.css", "status-page.css"],
  ["../prober/src/page/assets/status-page.js", "status-page.js"],
] as const)
  cpSync(path.join(PACKAGE, from), path.join(out, to), {
    recursive: true,
    filter: (file) => !path.basename(file).includes(".test."),
  });

for (const file of readdirSync(path.join(out, "deploy/systemd"))) {
  const template = file.replace(/^(rollcall-\w+)(\.service|\.socket)$/, "$1@$2");
  if (template !== file)
    write(
      `deploy/systemd/${template}`,
      templateUnit(readFileSync(path.join(out, "deploy/systemd", file), "utf8")),
    );
}

/** The command line as it stands, which nobody runs. */
function describedRollcall(): Command {
  const program = new Command();
  describeRollcall(program, { terminal: processTerminal(), finish: () => {} });
  return program;
}

function readManifest(directory: string): unknown {
  return JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"));
}

function write(name: string, text: string): void {
  writeFileSync(path.join(out, name), text);
  process.stdout.write(`${name.padEnd(26)} ${String(Math.round(text.length / 1024)).padStart(5)} KiB\n`);
}
