import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { freePort } from "@rollcall/testkit";
import { Child } from "../peers/child.ts";
import { ROLLCALL_MAIN } from "../peers/rollcall.ts";
import { printDistributions, type Distribution } from "./distribution.ts";
import { EVENTS, measure } from "./events.ts";
import { watchGateway } from "./watch-gateway.ts";
import { endOnSignal } from "../peers/end-on-signal.ts";

endOnSignal();

/** So many backends have their troubles independently of each other, so that all phases of the interval are met. */
const BACKENDS = 12;
const ROUNDS = Number(process.argv[2] ?? "3");

const CARRIERS = ["file", "http"] as const;

for (const carrier of CARRIERS) {
  const distributions = await run(carrier);
  process.stdout.write(`\n### Carrier: ${carrier}\n\n${printDistributions(distributions)}\n`);
}

/** Both daemons with their defaults over backends that are renamed, killed and started again. */
async function run(carrier: (typeof CARRIERS)[number]): Promise<readonly Distribution[]> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "rollcall-detection-"));
  const backends: Simulator[] = await Promise.all(
    Array.from({ length: BACKENDS }, () => startSimulator({ servedNames: ["m"] })),
  );
  const ports = { prober: await freePort(), gateway: await freePort() };
  const config = path.join(directory, "config.yaml");
  const state = carrier === "file" ? {} : { probers: [`http://127.0.0.1:${ports.prober}`] };
  const entries = backends.map(({ url }, index) => ({
    model_name: `a${index}`,
    litellm_params: { model: "openai/m", api_base: url },
  }));
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({ model_list: entries, rollcall: { state: { file: "state.json", ...state } } }),
  );
  const daemons = (["prober", "gateway"] as const).map(
    (name) =>
      new Child(process.execPath, [
        ROLLCALL_MAIN,
        name,
        "--config",
        config,
        "--port",
        String(ports[name]),
        "--log-level",
        "error",
      ]),
  );
  const watch = watchGateway(`http://127.0.0.1:${ports.gateway}`);
  try {
    const samples = await Promise.all(
      backends.map((backend, index) => measure(backend, { alias: `a${index}`, watch, rounds: ROUNDS })),
    );
    return EVENTS.flatMap((event) => {
      const all = samples.flatMap((sample) => sample.get(event) ?? []);
      return [
        { what: `${event}: from the event to the gateway`, ms: all.map(({ toGateway }) => toGateway) },
        {
          what: `${event}: from the probe that met it to the gateway`,
          ms: all.map(({ fromProbe }) => fromProbe),
        },
      ].filter(({ ms }) => !ms.some(Number.isNaN));
    });
  } finally {
    watch.stop();
    for (const daemon of daemons) await daemon.stop();
    for (const backend of backends) await backend.close();
    await rm(directory, { recursive: true, force: true });
  }
}
