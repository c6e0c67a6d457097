import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@rollcall/testkit";
import { FIRST_KEY, makeBed, MODEL, TOKENS_PER_SECOND, type Bed } from "../faults/bed.ts";
import { Child } from "../peers/child.ts";
import type { Result } from "../faults/count/tally.ts";
import { ROLLCALL_MAIN } from "../peers/rollcall.ts";
import { Load } from "../faults/load/load.ts";
import { steady } from "../faults/load/schedule.ts";
import { readHeld, type Held } from "./process-gauge.ts";
import { slope } from "./slope.ts";
import { makeTrouble } from "./trouble.ts";
import { endOnSignal } from "../peers/end-on-signal.ts";

endOnSignal();

const KEY = "sk-soak";
const PER_SECOND = 60;
const ROUND_MS = 30_000;
const SEED = 7;

/** With room to spare nothing is collected for a long time, and garbage looks like a leak. */
const SMALL_HEAP = "--max-old-space-size=64";

/** The first part of the run fills caches and compiles; it says nothing of leaks. */
const WARM_UP = 1 / 3;

const minutes = Number(process.argv[2] ?? "10");
const bed = await makeBed({ replicas: 3, tokensPerSecond: TOKENS_PER_SECOND });
try {
  process.exitCode = await soak(bed, minutes * 60_000);
} finally {
  await bed.close();
}

async function soak({ directory, replicas }: Bed, runMs: number): Promise<number> {
  const ports = { gateway: await freePort(), prober: await freePort() };
  const config = path.join(directory, "config.yaml");
  const entries = replicas.map(
    ({ url }) =>
      `  - model_name: ${MODEL}\n    litellm_params: {model: openai/${MODEL}, api_base: "${url}", api_key: ${FIRST_KEY}, timeout: 2, stream_timeout: 2}`,
  );
  writeFileSync(
    config,
    `model_list:\n${entries.join("\n")}\ngeneral_settings: {master_key: ${KEY}}\nrollcall: {gateway: {idle_timeout: 2s}, state: {file: state.json}}\n`,
  );
  const run = (daemon: "gateway" | "prober") =>
    new Child(process.execPath, [
      SMALL_HEAP,
      ROLLCALL_MAIN,
      daemon,
      "--config",
      config,
      "--log-level",
      "error",
      "--port",
      String(ports[daemon]),
    ]);
  const [prober, gateway] = [run("prober"), run("gateway")];
  const url = `http://127.0.0.1:${ports.gateway}`;
  try {
    await untilReady(url);
    const before = await readHeld(gateway.pid, url);
    const calm = new AbortController();
    const trouble = makeTrouble(replicas, SEED, calm.signal);
    const { results, samples } = await underLoad({ url, pid: gateway.pid, runMs });
    calm.abort();
    const faults = await trouble;
    await sleep(6_000);
    const after = await readHeld(gateway.pid, url);
    process.stdout.write(report({ results, samples, before, after, faults }));
    return after.inFlight === 0 ? 0 : 1;
  } finally {
    await gateway.stop();
    await prober.stop();
  }
}

async function untilReady(url: string): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    const text = await fetch(`${url}/readyz?verbose`).then(
      (answer) => answer.text(),
      () => "",
    );
    if (/: 3 ready/.test(text)) return;
    await sleep(200);
  }
  throw new Error("the replicas did not become ready");
}

interface Run {
  readonly url: string;
  readonly pid: number;
  readonly runMs: number;
}

async function underLoad({ url, pid, runMs }: Run) {
  const results: Result[] = [];
  const samples: (Held & { readonly seconds: number })[] = [];
  const start = performance.now();
  while (performance.now() - start < runMs) {
    const load = new Load({
      url,
      path: "/v1/chat/completions",
      headers: { authorization: `Bearer ${KEY}` },
      model: MODEL,
      schedule: steady(PER_SECOND),
    });
    await sleep(Math.min(ROUND_MS, runMs));
    results.push(...(await load.stop()));
    samples.push({ seconds: (performance.now() - start) / 1_000, ...(await readHeld(pid, url)) });
  }
  return { results, samples };
}

interface Outcome {
  readonly results: readonly Result[];
  readonly samples: readonly (Held & { readonly seconds: number })[];
  readonly before: Held;
  readonly after: Held;
  readonly faults: number;
}

function report({ results, samples, before, after, faults }: Outcome): string {
  const counts = Map.groupBy(results, ({ outcome }) => outcome);
  const signs = Map.groupBy(counts.get("error") ?? [], ({ sign, reason }) =>
    `${sign} ${reason ?? ""}`.trim(),
  );
  const errors = [...signs].map(([sign, list]) => `${list.length} × ${sign}`).join(", ");
  const told = [...counts].map(([outcome, list]) => `${list.length} ${outcome}`).join(", ");
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const grows = slope(warm.map(({ seconds, rssMb }) => ({ seconds, value: rssMb }))) * 60;
  return [
    `${results.length} requests, ${faults} faults: ${told}`,
    ...(errors === "" ? [] : [`errors: ${errors}`]),
    `memory: ${before.rssMb.toFixed(0)} MB before, ${after.rssMb.toFixed(0)} MB after; slope after warm-up ${grows.toFixed(2)} MB a minute`,
    `descriptors: ${before.descriptors} before, ${after.descriptors} after; requests under way after: ${after.inFlight}`,
    "",
  ].join("\n");
}
