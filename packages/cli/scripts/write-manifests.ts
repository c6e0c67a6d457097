import { spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { BIN } from "../deploy/kubernetes-tools.ts";

/** Writes what is rendered from the chart, and the chart's copy of the alerts: `node scripts/write-manifests.ts`. Needs Helm 3. */
const DEPLOY = path.join(import.meta.dirname, "../../../deploy");
const KUBERNETES = path.join(DEPLOY, "kubernetes");

// Where `npm run test:deploy` has put one, it will do.
const env = { ...process.env, PATH: `${process.env["PATH"]}${path.delimiter}${BIN}` };
copyFileSync(path.join(DEPLOY, "prometheus/rules.yaml"), path.join(KUBERNETES, "chart/files/rules.yaml"));
for (const entry of readdirSync(KUBERNETES, { withFileTypes: true })) {
  if (!entry.isDirectory() || ["chart", "values"].includes(entry.name)) continue;
  const values = `values/${entry.name}.yaml`;
  // helm asks no cluster, so it has to be told which Kubernetes there is.
  const args = [
    "template",
    "rollcall",
    "chart",
    "--values",
    values,
    "--no-hooks",
    "--kube-version",
    "1.29.0",
  ];
  const { status, stdout, stderr, error } = spawnSync("helm", args, {
    cwd: KUBERNETES,
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`helm ${args.join(" ")}: ${error?.message ?? stderr}`);
  const head = `# Rendered from ../chart with ../${values} by \`npm run manifests\`: edit those.\n`;
  writeFileSync(path.join(KUBERNETES, entry.name, "rollcall.yaml"), `${head}${stdout}`);
}
