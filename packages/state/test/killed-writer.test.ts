import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseSnapshot } from "@rollcall/contract";
import { expect, test } from "vitest";
import { FileSnapshotReader } from "../src/index.ts";
import { Recorder } from "./recorder.ts";
import { isWhole } from "./snapshots.ts";
import { temporaryDirectory } from "./temporary.ts";

const SCRIPT = fileURLToPath(new URL("endless-writer.ts", import.meta.url));
const KILLS = 200;
/** Enough for a machine that has other things to do: by itself it takes a tenth of it. */
const TIME_LIMIT_MS = 60_000;

/** So many files at once, each with one writer after the other. */
const FILES = 4;

/** A few writes take about as long, so that a kill may come anywhere in one. */
const LONGEST_LIFE_MS = 10;

interface Place {
  readonly file: string;
  /** What Node compiled for the first writer, so that the others start sooner. */
  readonly compiled: string;
}

/** Lets a writer write until a moment of chance, and kills it. */
async function runAndKill({ file, compiled }: Place, startedAt: number): Promise<void> {
  const child = spawn(process.execPath, [SCRIPT, file, String(startedAt)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  const exited = once(child, "exit");
  await once(child.stdout, "data");
  await sleep(Math.random() * LONGEST_LIFE_MS);
  child.kill("SIGKILL");
  expect(await exited).toEqual([null, "SIGKILL"]);
}

function faultIn(file: string): string | null {
  const parsed = parseSnapshot(readFileSync(file, "utf8"));
  if (!parsed.ok) return parsed.error;
  return isWhole(parsed.value) ? null : `a mixture under the number ${parsed.value.sequence}`;
}

async function killWriters(place: Place, kills: number): Promise<{ faults: string[]; recorder: Recorder }> {
  const recorder = new Recorder();
  const reader = new FileSnapshotReader(place.file);
  await reader.start(recorder);
  const faults: string[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    // Ten minutes between two starts, as if they were real ones.
    await runAndKill(place, 1_700_000_000_000 + kill * 600_000);
    const fault = faultIn(place.file);
    if (fault !== null) faults.push(fault);
  }
  await reader.close();
  return { faults, recorder };
}

test(
  `a writer killed at ${KILLS} moments of chance never leaves what a reader takes for good and is not`,
  { timeout: TIME_LIMIT_MS },
  async () => {
    const { directory, remove } = temporaryDirectory();
    try {
      const places = Array.from({ length: FILES }, (_, index) => ({
        file: path.join(directory, `${index}`, "state.json"),
        compiled: path.join(directory, "compiled"),
      }));
      const runs = await Promise.all(places.map((place) => killWriters(place, KILLS / FILES)));
      const delivered = runs.flatMap(({ recorder }) => recorder.snapshots);
      expect(runs.flatMap(({ faults }) => faults)).toEqual([]);
      expect(runs.flatMap(({ recorder }) => recorder.faults)).toEqual([]);
      expect(delivered.filter((snapshot) => !isWhole(snapshot))).toEqual([]);
      // Every life was long enough to be seen.
      expect(new Set(delivered.map(({ prober }) => prober.instance)).size).toBeGreaterThan(KILLS / 2);

      const halves = places
        .flatMap(({ file }) => readdirSync(path.dirname(file)))
        .filter((name) => name.endsWith(".tmp"));
      process.stdout.write(
        `the file carrier: ${KILLS} writers killed, ${halves.length} of them in the middle of a write, ` +
          `${delivered.length} snapshots delivered, none of them broken\n`,
      );
      // Kills that never hit a write would prove nothing.
      expect(halves.length).toBeGreaterThan(0);
    } finally {
      remove();
    }
  },
);
