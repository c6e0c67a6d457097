import { writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "@rollcall/testkit";
import { Child } from "../peers/child.ts";
import { ROLLCALL_MAIN } from "../peers/rollcall.ts";
import { aliasOf, servedName } from "../speed/names.ts";
import type { Site } from "../speed/site.ts";
import type { RunningSystem } from "../speed/systems/system.ts";

export const MASTER = "sk-bench";

export interface KeyedOptions {
  readonly workers: number;
  /** Control of the command line; else the bench plays it. */
  readonly withControl: boolean;
}

/** A gateway with virtual keys, in front of the first backend. */
export interface KeyedGateway extends RunningSystem {
  readonly gateway: Child;
  /** Control's own port. */
  readonly controlUrl: string;
  /** The state directory of control. */
  readonly controlDirectory: string;
}

/** Resolves as soon as its processes run. */
export async function startKeyed(site: Site, { workers, withControl }: KeyedOptions): Promise<KeyedGateway> {
  const directory = path.join(site.directory, `keyed-${workers}`);
  const file = `${directory}.yaml`;
  const ports = { gateway: await freePort(), prober: await freePort(), control: await freePort() };
  writeFileSync(file, configFor(site, `${directory}/state.json`));
  const run = (daemon: keyof typeof ports, more: readonly string[] = []) => {
    const args = [ROLLCALL_MAIN, daemon, "--config", file, "--port", String(ports[daemon])];
    return new Child(process.execPath, [...args, "--log-level", "warn", ...more], {
      outputFile: `${directory}-${daemon}.log`,
    });
  };
  const aside = [...(withControl ? [run("control")] : []), run("prober")];
  const gateway = run("gateway", ["--workers", String(workers)]);
  return {
    gateway,
    controlUrl: `http://127.0.0.1:${ports.control}`,
    controlDirectory: `${directory}/control`,
    url: `http://127.0.0.1:${ports.gateway}`,
    headers: { authorization: `Bearer ${MASTER}` },
    pids: [gateway.pid],
    asidePids: aside.map(({ pid }) => pid),
    stop: async () => {
      await gateway.stop("SIGTERM", 1_000);
      await Promise.all(aside.map((child) => child.stop()));
    },
  };
}

function configFor({ backend }: Site, stateFile: string): string {
  const [url = ""] = backend.urls;
  return `model_list:
  - { model_name: ${aliasOf(0)}, litellm_params: { model: openai/${servedName(0)}, api_base: "${url}/v1", api_key: key-0 } }
general_settings: { master_key: ${MASTER} }
rollcall: { keys: true, state: { file: ${stateFile} } }
`;
}
