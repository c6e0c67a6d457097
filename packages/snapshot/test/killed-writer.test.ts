import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { VERDICTS, type Clock } from "@rollcall/contract";
import { expect, test } from "vitest";
import { changeLogOf } from "../src/change-log.ts";
import { IDLE_TIMEOUT_MS } from "../src/http-connection.ts";
import { FileSnapshotReader, HttpSnapshotReader, parseSnapshotFile } from "../src/index.ts";
import { realClock } from "./real-clock.ts";
import { Recorder } from "./recorder.ts";
import { serve } from "./serve.ts";
import { isWhole, VERDICT_SAMPLE } from "./samples.ts";
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
  sleep: (ms, signal) => realClock.sleep(ms === IDLE_TIMEOUT_MS ? ms : ms / 50, signal),
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
  const parsed = parseSnapshotFile(VERDICTS, { base: textOf(file), log: textOf(changeLogOf(file)) });
  if (!parsed.ok) return parsed.error;
  return isWhole(VERDICT_SAMPLE, parsed.value) ? null : `a mixture under the number ${parsed.value.sequence}`;
}

/** Nothing where there is none. */
function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Was it killed while it appended? */
function isTorn(file: string): boolean {
  const log = textOf(changeLogOf(file));
  return log !== "" && !log.endsWith("]}\n");
}

async function killWriters(
  place: Place,
  kills: number,
): Promise<{ faults: string[]; recorder: Recorder; torn: number }> {
  const recorder = new Recorder();
  const reader = new FileSnapshotReader(VERDICTS, place.target);
  await reader.start(recorder);
  const faults: string[] = [];
  let torn = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    // Ten minutes between two starts, as if they were real ones.
    await runAndKill(place, { startedAt: 1_700_000_000_000 + kill * 600_000 });
    const fault = faultIn(place.target);
    if (fault !== null) faults.push(fault);
    if (isTorn(place.target)) torn += 1;
  }
  await reader.close();
  return { faults, recorder, torn };
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
      expect(delivered.filter((snapshot) => !isWhole(VERDICT_SAMPLE, snapshot))).toEqual([]);
      expect(runs.map(({ recorder }) => recorder.differed)).toEqual(runs.map(() => false));
      // Every life was long enough to be seen.
      expect(new Set(delivered.map(({ prober }) => prober.instance)).size).toBeGreaterThan(KILLS / 2);

      const halves = places
        .flatMap(({ target }) => readdirSync(path.dirname(target)))
        .filter((name) => name.endsWith(".tmp"));
      process.stdout.write(
        `the file carrier: ${KILLS} writers killed, ${halves.length} of them in the middle of a base, ` +
          `${runs.reduce((sum, { torn }) => sum + torn, 0)} in the middle of a change, ` +
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
    const reader = new HttpSnapshotReader({
      kind: VERDICTS,
      url: `${origin}/state`,
      credential: { name: "master key", token: () => null },
      clock: hasty,
      random: Math.random,
    });
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
    expect(recorder.snapshots.filter((snapshot) => !isWhole(VERDICT_SAMPLE, snapshot))).toEqual([]);
    expect(recorder.differed).toBe(false);
    expect(recorder.faults.filter((fault) => !/torn$|^ECONN/.test(fault))).toEqual([]);
    expect(lives).toBe(HTTP_KILLS);
  },
);
