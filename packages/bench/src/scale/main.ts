import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import { freePort } from "@rollcall/testkit";
import { Child } from "../peers/child.ts";
import { ROLLCALL_MAIN } from "../peers/rollcall.ts";
import { cpuMicros } from "../speed/kernel/cpu-time.ts";
import { residentKiB } from "../speed/kernel/resident-memory.ts";
import { latenessBetween } from "./lateness.ts";
import { endOnSignal } from "../peers/end-on-signal.ts";

endOnSignal();

const BACKENDS = Number(process.argv[2] ?? "2000");
const NAMES_EACH = 5;
const INTERVAL = "5s";
const WARM_UP_MS = 25_000;
const WINDOW_MS = 30_000;

/** A prober's heap grows with what it may take; so much is plenty for this fleet. */
const HEAP = ["--max-old-space-size=160", "--max-semi-space-size=16"];

const FLEET_MAIN = fileURLToPath(new URL("../../../simulator/src/fleet-main.ts", import.meta.url));

/** What is switched in each phase, by share of the fleet. */
const PHASES: readonly (readonly [what: string, switches: Readonly<Record<string, number>>])[] = [
  ["all are well", {}],
  ["1 hangs, 1 drips, 1 never ends, 1 redirects", { hang: 1, drip: 1, endless: 1, redirect: 1 }],
  ["100 hang, 100 are down, 10 drip, 10 redirect", { hang: 100, down: 100, drip: 10, redirect: 10 }],
];

const directory = await mkdtemp(path.join(os.tmpdir(), "rollcall-scale-"));
const fleet = spawn(
  process.execPath,
  [FLEET_MAIN, "--backends", String(BACKENDS), "--names-each", String(NAMES_EACH)],
  {
    // The channel ends it with us.
    stdio: ["pipe", "pipe", "inherit", "ipc"],
  },
);
try {
  const [line] = (await once(fleet.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  const base = /listening (\S+)/.exec(line.toString())?.[1] ?? "";
  await run(base);
} finally {
  fleet.kill();
  await rm(directory, { recursive: true, force: true });
}

async function run(base: string): Promise<void> {
  const config = path.join(directory, "config.yaml");
  const entries = Array.from({ length: BACKENDS * NAMES_EACH }, (_, index) => {
    const [backend, name] = [Math.floor(index / NAMES_EACH), index % NAMES_EACH];
    return {
      model_name: `m${backend}-${name}`,
      litellm_params: { model: `openai/m${backend}-${name}`, api_base: `${base}/b/${backend}/v1` },
    };
  });
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      model_list: entries,
      rollcall: { state: { file: "state.json" }, prober: { interval: INTERVAL } },
    }),
  );
  const port = await freePort();
  const prober = new Child(process.execPath, [
    ...HEAP,
    ROLLCALL_MAIN,
    "prober",
    "--config",
    config,
    "--port",
    String(port),
    "--log-level",
    "error",
  ]);
  const scrape = async () => (await request(`http://127.0.0.1:${port}/metrics`)).body.text();
  try {
    await sleep(WARM_UP_MS);
    process.stdout.write(
      `${entries.length} deployments on ${BACKENDS} backends, asked every ${INTERVAL}\n\n`,
    );
    process.stdout.write(
      "| phase | probes | late p50 | late p99 | CPU of one core | resident |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for (const [what, switches] of PHASES) {
      command(fleet, switches);
      await sleep(2_000);
      const [before, cpu] = [await scrape(), cpuMicros([prober.pid])];
      await sleep(WINDOW_MS);
      const used = (cpuMicros([prober.pid]) - cpu) / 1_000 / WINDOW_MS;
      const { count, p50, p99 } = latenessBetween(before, await scrape());
      const mebibytes = Math.round(residentKiB([prober.pid]) / 1_024);
      process.stdout.write(
        `| ${what} | ${count} | ≤ ${p50} s | ≤ ${p99} s | ${Math.round(used * 100)} % | ${mebibytes} MiB |\n`,
      );
    }
  } finally {
    await prober.stop();
  }
}

/** Backends next to each other get the same trouble; the rest of the fleet is well. */
function command({ stdin }: ChildProcess, switches: Readonly<Record<string, number>>): void {
  const lines: object[] = [{ backends: "all", switch: "well" }];
  let from = 0;
  for (const [name, count] of Object.entries(switches)) {
    lines.push({ backends: Array.from({ length: count }, (_, index) => from + index), switch: name });
    from += count;
  }
  stdin?.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
