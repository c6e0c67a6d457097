import { readFile, statfs } from "node:fs/promises";
import path from "node:path";
import { isStale, printDuration, VERDICTS, type Result, type Snapshot } from "@rollcall/contract";
import { stateFile } from "@rollcall/runtime";
import { changeLogOf, parseSnapshotFile } from "@rollcall/snapshot";
import type { Check } from "../check.ts";
import { isOurs } from "../daemon.ts";
import { fails, fine, warns, type Finding } from "../finding.ts";
import type { Site } from "../site.ts";
import { statsOf } from "../stats-of.ts";
import { whyNotWritable } from "../writable.ts";

export interface StateFacts {
  /** Null where there can be none, and then why. */
  readonly file: string | null;
  readonly fault: string | null;
  /** Why the prober could not write there; null where it can. */
  readonly unwritable: string | null;
  readonly othersWrite: boolean;
  readonly freeBytes: number;
  /** Null where there is no file. */
  readonly snapshot: Result<Snapshot, string> | null;
  readonly checksum: string;
  readonly proberRuns: boolean;
  readonly now: number;
}

/** So much a snapshot of thousands of deployments takes, with its changes. */
const ENOUGH_BYTES = 16 * 1024 * 1024;

/** The file by which verdicts reach the gateway. */
export const stateCheck: Check<StateFacts> = {
  name: "state",
  gather: gatherState,
  judge({ file, fault, unwritable, othersWrite, freeBytes, ...rest }) {
    if (file === null)
      return [fails("rollcall.state.file", fault ?? "cannot be placed", "Set rollcall.state.file.")];
    const directory = path.dirname(file);
    const said: Finding[] = [];
    if (unwritable !== null)
      said.push(
        fails(
          directory,
          `cannot be written: ${unwritable}`,
          "Make it, and let the prober's user write there.",
        ),
      );
    if (othersWrite)
      said.push(
        fails(
          directory,
          "can be changed by everyone: whoever does decides what is routed",
          `chmod o-w ${directory}`,
        ),
      );
    if (freeBytes < ENOUGH_BYTES)
      said.push(
        fails(
          directory,
          `has ${Math.floor(freeBytes / 1024)} KiB left`,
          "Free space: snapshots are lost without.",
        ),
      );
    return [...said, ...judgeSnapshot({ file, ...rest })];
  },
};

function judgeSnapshot({
  file,
  snapshot,
  checksum,
  proberRuns,
  now,
}: Pick<StateFacts, "checksum" | "now" | "proberRuns" | "snapshot"> & {
  readonly file: string;
}): readonly Finding[] {
  if (snapshot === null)
    return proberRuns
      ? [
          fails(
            file,
            "is not there, though a prober runs",
            "Start prober and gateway with the same config path and user, or set rollcall.state.file.",
          ),
        ]
      : [fine(file, "is not there yet: the prober writes it")];
  if (!snapshot.ok)
    return [
      fails(
        file,
        `holds no snapshot that can be read: ${snapshot.error}`,
        "Run one version, and restart the prober.",
      ),
    ];
  const { writtenAt, intervalMs, config, verdicts } = snapshot.value;
  const age = `${verdicts.length} ${verdicts.length === 1 ? "verdict" : "verdicts"}, written ${printDuration(Math.max(0, now - writtenAt))} ago`;
  if (proberRuns && isStale(now - writtenAt, intervalMs))
    return [fails(file, `is stale: ${age}`, "Read the prober's log: it may write elsewhere, or hang.")];
  if (config !== checksum)
    return [
      warns(
        file,
        `is of another config than this: ${age}`,
        "Start the prober with this config, or name here the one that it has.",
      ),
    ];
  return [fine(file, age)];
}

async function gatherState({ config, configFile, env, daemons, now }: Site): Promise<StateFacts> {
  // One elsewhere writes there.
  const prober = daemons.find(({ name, isHere }) => name === "prober" && isHere);
  const beside = {
    checksum: config.checksum,
    proberRuns: prober !== undefined && isOurs(prober),
    now: now(),
  };
  const nothing = {
    unwritable: null,
    othersWrite: false,
    freeBytes: Number.POSITIVE_INFINITY,
    snapshot: null,
  };
  let file: string;
  try {
    file = stateFile(config, configFile, env);
  } catch (error) {
    return { file: null, fault: (error as Error).message, ...nothing, ...beside };
  }
  const directory = path.dirname(file);
  return {
    file,
    fault: null,
    unwritable: whyNotWritable(directory),
    // A directory such as /tmp, in which each may remove their own alone, is not meant.
    othersWrite: ((statsOf(directory)?.mode ?? 0) & 0o1002) === 0o002,
    freeBytes: await freeBytesOf(directory),
    snapshot: await readSnapshot(file),
    ...beside,
  };
}

async function freeBytesOf(directory: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

async function readSnapshot(file: string): Promise<StateFacts["snapshot"]> {
  const base = await readFile(file, "utf8").catch(() => null);
  if (base === null) return null;
  const log = await readFile(changeLogOf(file), "utf8").catch(() => "");
  return parseSnapshotFile(VERDICTS, { base, log });
}
