import { writeFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "@rollcall/testkit";
import { type Bed, FIRST_KEY } from "../bed.ts";
import { Child } from "../../peers/child.ts";
import type { RunningSystem, SystemKind } from "./system.ts";

/** What a plain proxy's config depends on. */
export interface ProxySettings {
  readonly bed: Bed;
  readonly port: number;
  /** For those that are steered by HTTP. */
  readonly adminPort: number;
  /** Sent to the backends. */
  readonly key: string;
  /** Replicas weigh this much, all alike. */
  readonly weight: number;
  /** Absolute path in the directory of the row. */
  readonly file: (name: string) => string;
}

/** How one plain proxy differs from another. */
export interface Proxy {
  readonly configFile: string;
  readonly config: (settings: ProxySettings) => string;
  /** Program and arguments. */
  readonly command: (settings: ProxySettings) => readonly [string, readonly string[]];
  /** Makes the running process read the config file again. */
  readonly reload: (child: Child, settings: ProxySettings) => Promise<void>;
  /** The signal that lets running requests end. */
  readonly gracefulSignal: NodeJS.Signals;
  readonly reasons: (child: Child, settings: ProxySettings) => Promise<readonly string[]>;
}

export const PROXY_ABILITIES: SystemKind["abilities"] = [
  "useKey",
  "reload",
  "breakConfig",
  "terminate",
  "restart",
];

const WRONG_CONFIG = "this is { no config\n";
const UP_MS = 300;

/** Starts a proxy whose whole state is one config file. */
export async function startProxy(proxy: Proxy, bed: Bed): Promise<RunningSystem> {
  let settings: ProxySettings = {
    bed,
    port: await freePort(),
    adminPort: await freePort(),
    key: FIRST_KEY,
    weight: 1,
    file: (name) => path.join(bed.directory, name),
  };
  const configure = (text: string) => writeFileSync(settings.file(proxy.configFile), text);
  configure(proxy.config(settings));
  const start = async () => {
    const child = new Child(...proxy.command(settings));
    await Promise.race([child.ended, new Promise((resolve) => setTimeout(resolve, UP_MS))]);
    return child;
  };
  let child = await start();
  const change = async (changes: Partial<ProxySettings>) => {
    settings = { ...settings, ...changes };
    configure(proxy.config(settings));
    await proxy.reload(child, settings);
  };
  return {
    url: `http://127.0.0.1:${settings.port}`,
    headers: { authorization: "Bearer sk-bench" },
    reasons: () => proxy.reasons(child, settings),
    stop: async () => void (await child.stop()),
    can: {
      useKey: (key) => change({ key }),
      reload: (revision) => change({ weight: 1 + (revision % 7) }),
      breakConfig: () => {
        configure(WRONG_CONFIG);
        return proxy.reload(child, settings);
      },
      terminate: () => child.stop(proxy.gracefulSignal),
      restart: async () => {
        child = await start();
      },
    },
  };
}
