import { writeFileSync } from "node:fs";
import path from "node:path";
import { request } from "undici";
import { freePort } from "@rollcall/testkit";
import { type Bed, FIRST_KEY, MODEL } from "../bed.ts";
import { Child } from "../../peers/child.ts";
import { LITELLM_ENVIRONMENT as env, LITELLM_PEER, LITELLM_PROGRAM } from "../../peers/litellm.ts";
import { FIRST_BYTE_SECONDS, PROBE_SECONDS, type RunningSystem, type SystemKind } from "./system.ts";

const CLIENT_KEY = "sk-bench";
const START_MS = 90_000;

export const LITELLM: SystemKind = {
  ...LITELLM_PEER,
  perSecond: 15,
  setup: `one worker; simple-shuffle, num_retries 2, enable_health_check_routing and background_health_checks every ${PROBE_SECONDS} s`,
  abilities: ["terminate", "restart"],
  start: startLitellm,
};

async function startLitellm(bed: Bed): Promise<RunningSystem> {
  const port = await freePort();
  const file = path.join(bed.directory, "litellm.yaml");
  writeFileSync(file, configFor(bed));
  const start = async () => {
    const args = ["--config", file, "--host", "127.0.0.1", "--port", String(port), "--telemetry", "False"];
    const child = new Child(LITELLM_PROGRAM, args, { env, cwd: bed.directory });
    await child.sees(/Uvicorn running/, START_MS);
    return child;
  };
  let child = await start();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
    reasons: () => readHealth(url),
    stop: async () => void (await child.stop()),
    can: {
      terminate: () => child.stop(),
      restart: async () => {
        child = await start();
      },
    },
  };
}

function configFor({ replicas }: Bed): string {
  const entries = replicas.map(
    ({ url }) => `  - model_name: ${MODEL}
    litellm_params:
      model: openai/${MODEL}
      api_base: ${url}/v1
      api_key: ${FIRST_KEY}
      timeout: ${FIRST_BYTE_SECONDS}
      stream_timeout: ${FIRST_BYTE_SECONDS}
      max_retries: 0
    model_info: { health_check_timeout: 1 }`,
  );
  return `model_list:
${entries.join("\n")}
router_settings: { routing_strategy: simple-shuffle, num_retries: 2, enable_health_check_routing: true }
general_settings:
  master_key: ${CLIENT_KEY}
  background_health_checks: true
  health_check_interval: ${PROBE_SECONDS}
  enable_health_check_routing: true
`;
}

/** The kind of error that its health endpoint quotes. */
async function readHealth(url: string): Promise<readonly string[]> {
  const { body } = await request(`${url}/health`, {
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
    headersTimeout: 2_000,
  });
  const health = (await body.json()) as { unhealthy_endpoints?: readonly { error?: string }[] };
  return (health.unhealthy_endpoints ?? []).flatMap(({ error }) => /(\w+Error)/.exec(error ?? "")?.[1] ?? []);
}
