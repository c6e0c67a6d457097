import { writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "@rollcall/testkit";
import { Child } from "../../peers/child.ts";
import { ROLLCALL_MAIN, ROLLCALL_PEER } from "../../peers/rollcall.ts";
import { versionOf } from "../../peers/version-of.ts";
import { aliasOf, servedName } from "../names.ts";
import type { Site } from "../site.ts";
import type { RunningSystem, System } from "./system.ts";

const KEY = "sk-bench";
/** A checkout with its packages installed. */
const BEFORE_VARIABLE = "ROLLCALL_BENCH_BEFORE";
const BEFORE = process.env[BEFORE_VARIABLE];

const SETUP =
  "gateway and prober as two processes, master key, alias unlike the served name, the rest as it comes";

export const ROLLCALL: System = {
  ...ROLLCALL_PEER,
  part: "every",
  share: 1,
  warmCpuSeconds: 2,
  setup: SETUP,
  start: (site) => startRollcall(site),
};

/** The same from another checkout, for a change that is measured before and after; absent where none is named. */
export const ROLLCALL_BEFORE: System = {
  ...ROLLCALL,
  name: "Rollcall-before",
  version: async () => (BEFORE === undefined ? null : "before"),
  setup: `as Rollcall, from the checkout in ${BEFORE_VARIABLE}`,
  start: (site) =>
    startRollcall(site, { name: "before", main: path.join(BEFORE ?? "", "packages/cli/src/main.ts") }),
};

/** Absent where the gateway's command line does not know the flag. */
export const ROLLCALL_2: System = {
  ...ROLLCALL_PEER,
  name: "Rollcall-2",
  version: async () => {
    const flag = await versionOf(process.execPath, [ROLLCALL_MAIN, "gateway", "--help"], /(--workers)/);
    return flag === null ? null : ROLLCALL_PEER.version();
  },
  part: "every",
  share: 1,
  warmCpuSeconds: 4,
  setup: `as Rollcall, with --workers 2`,
  start: (site) => startRollcall(site, { name: "2", flags: ["--workers", "2"] }),
};

/** The same with a line for every request, which goes to a file. */
export const ROLLCALL_LOGGING: System = {
  ...ROLLCALL,
  name: "Rollcall, access log",
  setup: "as Rollcall, with access_log",
  start: (site) => startRollcall(site, { name: "log", accessLog: true }),
};

interface Variant {
  /** Tells its files from those of the others. */
  readonly name?: string;
  readonly main?: string;
  /** Of the gateway. */
  readonly flags?: readonly string[];
  readonly accessLog?: boolean;
  /** What else stands under `rollcall:`, as flow YAML: `traces: { … }`. */
  readonly settings?: string;
}

export async function startRollcall(
  site: Site,
  { name = "", main = ROLLCALL_MAIN, flags = [], accessLog = false, settings = "" }: Variant = {},
): Promise<RunningSystem> {
  const directory = path.join(site.directory, `rollcall${name}-${site.deployments}`);
  const ports = { gateway: await freePort(), prober: await freePort() };
  const file = `${directory}.yaml`;
  const gateway = accessLog ? ", gateway: { access_log: true }" : "";
  const sections = settings === "" ? gateway : `${gateway}, ${settings}`;
  const section = `rollcall: { state: { file: ${directory}.json }${sections} }\n`;
  const configure = (revision: number) => writeFileSync(file, configFor(site, revision) + section);
  configure(0);
  const run = (daemon: "gateway" | "prober", own: readonly string[]) => {
    const args = [main, daemon, "--config", file, "--port", String(ports[daemon]), ...own];
    return new Child(process.execPath, args, { outputFile: `${directory}-${daemon}.log` });
  };
  const [gatewayChild, prober] = [run("gateway", flags), run("prober", [])];
  return {
    url: `http://127.0.0.1:${ports.gateway}`,
    headers: { authorization: `Bearer ${KEY}` },
    pids: [gatewayChild.pid],
    asidePids: [prober.pid],
    reload: async (revision) => configure(revision),
    stop: async () => void (await Promise.all([gatewayChild.stop("SIGTERM", 1_000), prober.stop()])),
  };
}

function configFor({ backend, deployments }: Site, revision: number): string {
  // The weight is the same for all: a change that is real and alters nothing.
  const entries = Array.from({ length: deployments }, (_, index) => {
    const model = Math.floor(index / backend.urls.length);
    const url = backend.urls[index % backend.urls.length];
    const params = `model: openai/${servedName(model)}, api_base: "${url}/v1", api_key: key-0, weight: ${1 + (revision % 7)}`;
    return `  - { model_name: ${aliasOf(model)}, litellm_params: { ${params} } }`;
  });
  return `model_list:
${entries.join("\n")}
general_settings: { master_key: ${KEY} }
`;
}
