import { readdirSync } from "node:fs";
import path from "node:path";
import { run } from "@rollcall/testkit";
import { KUBERNETES } from "../test/manifests.ts";

export const CHART = path.join(KUBERNETES, "chart");

/** Names of the files of values. */
export const VALUES = readdirSync(path.join(KUBERNETES, "values")).map((file) => file.replace(".yaml", ""));

/** Those of which the rendered files are kept. */
export const PLAIN = VALUES.filter((name) => name !== "everything");

export function valuesFile(name: string): string {
  return path.join(KUBERNETES, "values", `${name}.yaml`);
}

/** Renders as `helm template` does. Throws with what helm says where it refuses. */
export async function render(
  helm: string,
  values: string,
  args: readonly string[] = ["--namespace", "llm", "--kube-version", "1.37.0"],
): Promise<string> {
  const all = ["template", "rollcall", CHART, "--values", valuesFile(values), ...args];
  const { code, out, err } = await run(helm, all);
  if (code !== 0) throw new Error(err);
  return out;
}
