import { isRecord } from "./is-record.ts";
import { isReason, isWarning } from "./reasons.ts";
import { err, ok, type Result } from "./result.ts";
import type { Verdict } from "./verdict.ts";

export const SNAPSHOT_VERSION = 1;

/** All verdicts at one moment: the only thing the two daemons share. Times are epoch milliseconds. */
export interface Snapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  /** Grows by one with every write of one prober instance. */
  readonly sequence: number;
  readonly writtenAt: number;
  /** The prober's ordinary interval: no news for three of them is stale. */
  readonly intervalMs: number;
  /** Who wrote it, and where that one listens (a wide address stands for the same host). */
  readonly prober: { readonly instance: string; readonly startedAt: number; readonly url?: string };
  /** Checksum of the config the prober works by. */
  readonly config: string;
  readonly verdicts: readonly Verdict[];
}

export function printSnapshot(snapshot: Snapshot): string {
  return JSON.stringify(snapshot);
}

/** Reads a snapshot from text that may be torn, truncated, of another version or hostile. */
export function parseSnapshot(text: string): Result<Snapshot, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err(`not JSON (${text.length} characters): torn or truncated`);
  }
  if (!isRecord(value)) return err("not a JSON object");
  const version = value["version"];
  if (version !== SNAPSHOT_VERSION) {
    // Only a number is repeated: anything else may be as long and as deep as it likes.
    return err(`version ${typeof version === "number" ? version : "unknown"}, expected ${SNAPSHOT_VERSION}`);
  }
  const fault = snapshotFault(value);
  return fault === null ? ok(value as unknown as Snapshot) : err(fault);
}

function snapshotFault(value: Record<string, unknown>): string | null {
  for (const key of ["sequence", "writtenAt", "intervalMs"]) {
    if (!isCount(value[key])) return `${key} is not a number of zero or more`;
  }
  const prober = value["prober"];
  if (
    !isRecord(prober) ||
    !isText(prober["instance"]) ||
    !isCount(prober["startedAt"]) ||
    !isOptional(prober["url"], isText)
  ) {
    return "prober is not {instance, startedAt}";
  }
  if (!isText(value["config"])) return "config is not a string";
  const verdicts = value["verdicts"];
  if (!Array.isArray(verdicts)) return "verdicts is not a list";
  for (const [index, verdict] of verdicts.entries()) {
    const key = verdictFault(verdict);
    if (key !== null) return `verdicts[${index}].${key} is not as expected`;
  }
  return null;
}

const VERDICT_CHECKS: { readonly [K in keyof Verdict]-?: (value: unknown) => boolean } = {
  deployment: isText,
  alias: isText,
  check: isText,
  ready: isBoolean,
  nameMatches: (value) => value === null || isBoolean(value),
  reason: isReason,
  warnings: (value) => Array.isArray(value) && value.every(isWarning),
  expected: isText,
  found: (value) => Array.isArray(value) && value.every(isText),
  detail: isText,
  hint: isText,
  since: isCount,
  observedAt: isCount,
  lastGoodAt: (value) => value === null || isCount(value),
  readyInMs: (value) => isOptional(value, isCount),
};

function verdictFault(value: unknown): string | null {
  if (!isRecord(value)) return "itself";
  for (const [key, holds] of Object.entries(VERDICT_CHECKS)) {
    if (!holds(value[key])) return key;
  }
  return null;
}

function isOptional(value: unknown, holds: (value: unknown) => boolean): boolean {
  return value === undefined || holds(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
