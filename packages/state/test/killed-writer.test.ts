import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseSnapshot } from "@rollcall/contract";
import { expect, test } from "vitest";
import type { Clock } from "../src/clock.ts";
import { SILENCE_MS } from "../src/http-connection.ts";
import { FileSnapshotReader, HttpSnapshotReader } from "../src/index.ts";
import { realClock } from "./real-clock.ts";
import { Recorder } from "./recorder.ts";
import { serve } from "./serve.ts";
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

/** The pauses between two tries are for those who wait for years, not for writers that live for milliseconds. */
const hasty: Clock = {
  ...realClock,
  sleep: (ms, signal) => realClock.sleep(ms === SILENCE_MS ? ms : ms / 50, signal),
};

/** So many writers that answer over HTTP, one after the other on one port. */
const HTTP_KILLS = 60;

interface Place {
  /** A file, or a port. */
  readonly target: string;
  /** What Node compiled for the first writer, so that the others start sooner. */
  readonly compiled: string;
}

interface Life {
  readonly startedAt: number;
  /** Resolves when it may be killed. */
  readonly heard?: (instance: string) => Promise<void>;
}

/** Lets a writer write until a moment of chance, and kills it. */
async function runAndKill({ target, compiled }: Place, { startedAt, heard }: Life): Promise<void> {
  const child = spawn(process.execPath, [SCRIPT, target, String(startedAt)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  const exited = once(child, "exit");
  await once(child.stdout, "data");
  await heard?.(`prober-${child.pid}`);
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
  const reader = new FileSnapshotReader(place.target);
  await reader.start(recorder);
  const faults: string[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    // Ten minutes between two starts, as if they were real ones.
    await runAndKill(place, { startedAt: 1_700_000_000_000 + kill * 600_000 });
    const fault = faultIn(place.target);
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
        target: path.join(directory, `${index}`, "state.json"),
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
        .flatMap(({ target }) => readdirSync(path.dirname(target)))
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

test(
  `nor does one that answers over HTTP, killed ${HTTP_KILLS} times`,
  { timeout: TIME_LIMIT_MS },
  async () => {
    const { directory, remove } = temporaryDirectory();
    const { origin, close } = await serve(() => {});
    // Free again, and as good as any.
    await close();
    const recorder = new Recorder();
    const reader = new HttpSnapshotReader({ origin, key: () => null, clock: hasty, random: Math.random });
    try {
      await reader.start(recorder);
      for (let kill = 0; kill < HTTP_KILLS; kill += 1)
        await runAndKill(
          { target: new URL(origin).port, compiled: directory },
          {
            startedAt: 1_700_000_000_000 + kill * 600_000,
            heard: (instance) =>
              recorder.until(({ snapshots }) => snapshots.at(-1)?.prober.instance === instance),
          },
        );
    } finally {
      await reader.close();
      remove();
    }
    const lives = new Set(recorder.snapshots.map(({ prober }) => prober.instance)).size;
    const torn = recorder.faults.filter((fault) => fault.includes("torn")).length;
    process.stdout.write(
      `the http carrier: ${HTTP_KILLS} writers killed, ${torn} of them in the middle of a ` +
        `snapshot, ${recorder.snapshots.length} snapshots delivered, none of them broken\n`,
    );
    expect(recorder.snapshots.filter((snapshot) => !isWhole(snapshot))).toEqual([]);
    expect(recorder.faults.filter((fault) => !/torn$|^ECONN/.test(fault))).toEqual([]);
    expect(lives).toBe(HTTP_KILLS);
  },
);
