import { VERSION } from "@rollcall/contract";
import type { Check } from "../check.ts";
import { fails, fine, warns, type Finding } from "../finding.ts";

export interface VersionFacts {
  /** Of Node: `v24.15.0`. */
  readonly node: string;
  /** Of this command. */
  readonly own: string;
  /** Of each daemon that runs and tells its own. */
  readonly daemons: readonly { readonly name: string; readonly version: string }[];
}

/** As `bin/rollcall.js` wants it. */
export const OLDEST_NODE = [24, 15] as const;

export const versionsCheck: Check<VersionFacts> = {
  name: "versions",
  gather: ({ daemons }) => ({
    node: process.version,
    own: VERSION,
    daemons: daemons.flatMap(({ name, version }) => (version === null ? [] : [{ name, version }])),
  }),
  judge: ({ node, own, daemons }) => [judgeNode(node), ...judgeDaemons(own, daemons)],
};

function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const isEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return isEnough
    ? fine("Node.js", version)
    : fails("Node.js", `${version} is too old`, `Install ${OLDEST_NODE.join(".")} or newer.`);
}

function judgeDaemons(own: string, daemons: VersionFacts["daemons"]): readonly Finding[] {
  const others = daemons.filter(({ version }) => version !== own);
  if (others.length === 0) return [fine("Rollcall", own)];
  return others.map(({ name, version }) =>
    warns(
      name,
      `runs version ${version}, and this command is of ${own}`,
      "Restart what is older: gateways before probers. Only versions next to each other work together.",
    ),
  );
}
