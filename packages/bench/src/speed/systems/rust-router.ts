import { freePort } from "@rollcall/testkit";
import { Child } from "../../peers/child.ts";
import { SGLANG_ROUTER_PEER, SGLANG_ROUTER_PROGRAM } from "../../peers/sglang-router.ts";
import { VLLM_ROUTER_PEER, VLLM_ROUTER_PROGRAM } from "../../peers/vllm-router.ts";
import type { Site } from "../site.ts";
import { firstUrl } from "./first-url.ts";
import type { RunningSystem, System } from "./system.ts";

const SETUP = "one worker URL, round_robin, log level error, the rest as it comes";

/** Two branches of one program: the same flags, and metrics on a port of their own. */
export const VLLM_ROUTER: System = {
  ...VLLM_ROUTER_PEER,
  part: "main",
  share: 1,
  setup: SETUP,
  start: (site) => startRouter(site, [VLLM_ROUTER_PROGRAM]),
};

export const SGLANG_ROUTER: System = {
  ...SGLANG_ROUTER_PEER,
  part: "main",
  share: 1,
  setup: SETUP,
  start: (site) => startRouter(site, [SGLANG_ROUTER_PROGRAM, "launch"]),
};

async function startRouter(
  { backend, directory }: Site,
  [program, ...first]: readonly [string, ...string[]],
): Promise<RunningSystem> {
  const [port, prometheusPort] = [await freePort(), await freePort()];
  const flags = {
    "--host": "127.0.0.1",
    "--port": String(port),
    "--worker-urls": firstUrl(backend),
    "--policy": "round_robin",
    "--log-level": "error",
    "--prometheus-host": "127.0.0.1",
    "--prometheus-port": String(prometheusPort),
  };
  const child = new Child(program, [...first, ...Object.entries(flags).flat()], { cwd: directory });
  return {
    url: `http://127.0.0.1:${port}`,
    headers: { authorization: "Bearer sk-bench" },
    pids: [child.pid],
    stop: async () => void (await child.stop("SIGTERM", 2_000)),
  };
}
