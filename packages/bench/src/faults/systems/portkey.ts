import type { Simulator } from "@rollcall/simulator";
import { freePort } from "@rollcall/testkit";
import { type Bed, FIRST_KEY } from "../bed.ts";
import { Child } from "../../peers/child.ts";
import { PORTKEY_MAIN, PORTKEY_PEER } from "../../peers/portkey.ts";
import { FIRST_BYTE_SECONDS, type RunningSystem, type SystemKind } from "./system.ts";

export const PORTKEY: SystemKind = {
  ...PORTKEY_PEER,
  perSecond: 60,
  setup:
    "config in a request header: load-balance over two fallback chains, each beginning with another replica; request_timeout 2 s",
  abilities: ["terminate", "restart"],
  start: startPortkey,
};

async function startPortkey({ replicas }: Bed): Promise<RunningSystem> {
  const port = await freePort();
  const start = async () => {
    const child = new Child(process.execPath, [PORTKEY_MAIN, "--headless", `--port=${port}`]);
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
