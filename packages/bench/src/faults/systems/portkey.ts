import { readFile } from "node:fs/promises";
import type { Simulator } from "@rollcall/simulator";
import { type Bed, FIRST_KEY } from "../bed.ts";
import { cached } from "../cache.ts";
import { Child } from "../child.ts";
import { freePort } from "../free-port.ts";
import { FIRST_BYTE_SECONDS, type RunningSystem, type SystemKind } from "./system.ts";

const VERSION = "1.15.2";

/** With the newest Hono every stream of this version is a 500. */
const PINNED = {
  private: true,
  dependencies: { "@portkey-ai/gateway": VERSION },
  overrides: { hono: "4.9.7", "@hono/node-server": "1.13.5" },
};

const HOME = cached("portkey");
const PACKAGE = cached("portkey", "node_modules", "@portkey-ai", "gateway");

export const PORTKEY: SystemKind = {
  name: "Portkey",
  perSecond: 60,
  setup:
    "config in a request header: load-balance over two fallback chains, each beginning with another replica; request_timeout 2 s",
  abilities: ["terminate", "restart"],
  version: async () => {
    try {
      return (JSON.parse(await readFile(`${PACKAGE}/package.json`, "utf8")) as { version: string }).version;
    } catch {
      return null;
    }
  },
  install: [
    ["mkdir", "-p", HOME],
    ["sh", "-c", `printf %s '${JSON.stringify(PINNED)}' > ${HOME}/package.json`],
    ["npm", "install", "--prefix", HOME, "--no-audit", "--no-fund", "--ignore-scripts"],
  ],
  start: startPortkey,
};

async function startPortkey({ replicas }: Bed): Promise<RunningSystem> {
  const port = await freePort();
  const start = async () => {
    const child = new Child(process.execPath, [
      `${PACKAGE}/build/start-server.js`,
      "--headless",
      `--port=${port}`,
    ]);
    await child.sees(/running|ready|listening/i);
    return child;
  };
  let child = await start();
  return {
    url: `http://127.0.0.1:${port}`,
    headers: {
      authorization: "Bearer sk-bench",
      "x-portkey-config": JSON.stringify(configFor(replicas)),
    },
    reasons: async () => [],
    stop: async () => void (await child.stop()),
    can: {
      terminate: () => child.stop(),
      restart: async () => {
        child = await start();
      },
    },
  };
}

function configFor(replicas: readonly Simulator[]): object {
  const targets = replicas.map(({ url }) => ({
    provider: "openai",
    api_key: FIRST_KEY,
    custom_host: `${url}/v1`,
    request_timeout: FIRST_BYTE_SECONDS * 1_000,
  }));
  const chains = targets.map((_, first) => ({
    strategy: { mode: "fallback" },
    targets: [...targets.slice(first), ...targets.slice(0, first)],
  }));
  return { strategy: { mode: "loadbalance" }, targets: chains };
}
