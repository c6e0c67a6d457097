import { isRecord } from "./is-record.ts";
import { isKind } from "./kind.ts";
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

/** JSON with a line for each verdict, so that it can be read in slices. Within texts JSON escapes line breaks. */
export function printSnapshot({ verdicts, ...facts }: Snapshot): string {
  const head = `${JSON.stringify(facts).slice(0, -1)},${OPENING}`;
  return `${head}\n${verdicts.map((verdict) => JSON.stringify(verdict)).join(BETWEEN)}${CLOSING}`;
}

/** Reads a snapshot from text that may be torn, truncated, of another version or hostile. */
export function parseSnapshot(text: string): Result<Snapshot, string> {
  const parsing = parseSnapshotInSlices(text);
  for (;;) {
    const { done, value } = parsing.next();
    if (done === true) return value;
  }
}

const OPENING = '"verdicts":[';
const BETWEEN = ",\n";
const CLOSING = "\n]}";

/** Characters parsed at a time: about a millisecond's work. */
const SLICE = 128 * 1024;

/**
 * The same with a break after every slice, for its caller to let others go first: ten thousand verdicts take tens of
 * milliseconds, for which no stream should wait. Text without our line breaks is read in one go.
 */
export function* parseSnapshotInSlices(text: string): Generator<void, Result<Snapshot, string>> {
  const torn = err(`not JSON (${text.length} characters): torn or truncated`);
  const head = text.slice(0, Math.max(0, text.indexOf("\n")));
  const inLines = head.endsWith(OPENING) && text.endsWith(CLOSING);
  const value = parseJson(inLines ? `${head}]}` : text);
  if (value === undefined) return torn;
  const fault = headFault(value);
  if (fault !== null) return err(fault);
  const snapshot = value as Snapshot & { readonly verdicts: Verdict[] };
  if (!inLines) return checked(snapshot);
  for (const slice of slicesOf(text, head.length + 1)) {
    const verdicts = parseJson(`[${slice}]`);
    // A slice of nothing is what a comma too many leaves.
    if (!Array.isArray(verdicts) || verdicts.length === 0) return torn;
    const wrong = verdictsFault(verdicts, snapshot.verdicts.length);
    if (wrong !== null) return err(wrong);
    for (const verdict of verdicts) snapshot.verdicts.push(verdict as Verdict);
    yield;
  }
  return ok(snapshot);
}

/** The lines between opening and closing, several at a time. */
function* slicesOf(text: string, start: number): Generator<string> {
  const end = text.length - CLOSING.length;
  if (start >= end) return;
  for (let from = start; ;) {
    const cut = text.indexOf(BETWEEN, from + SLICE);
    if (cut === -1) {
      yield text.slice(from, end);
      return;
    }
    yield text.slice(from, cut);
    from = cut + BETWEEN.length;
  }
}

function checked(snapshot: Snapshot): Result<Snapshot, string> {
  const fault = verdictsFault(snapshot.verdicts, 0);
  return fault === null ? ok(snapshot) : err(fault);
}

/** Undefined, which JSON does not know, for what is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is wrong but for the verdicts themselves. */
function headFault(value: unknown): string | null {
  if (!isRecord(value)) return "not a JSON object";
  const version = value["version"];
  if (version !== SNAPSHOT_VERSION) {
    // Only a number is repeated: anything else may be as long and as deep as it likes.
    return `version ${typeof version === "number" ? version : "unknown"}, expected ${SNAPSHOT_VERSION}`;
  }
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
  return Array.isArray(value["verdicts"]) ? null : "verdicts is not a list";
}

/** `before`: how many verdicts stand before these. */
function verdictsFault(verdicts: readonly unknown[], before: number): string | null {
  for (const [index, verdict] of verdicts.entries()) {
    const key = verdictFault(verdict);
    if (key !== null) return `verdicts[${before + index}].${key} is not as expected`;
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
  served: (value) => isOptional(value, isServed),
  history: (value) => isOptional(value, isHistory),
  readyInMs: (value) => isOptional(value, isCount),
};

function isServed(value: unknown): boolean {
  return (
    isRecord(value) &&
    isKind(value["kind"]) &&
    ["version", "root", "parent"].every((key) => value[key] === null || isText(value[key])) &&
    (value["maxModelLen"] === null || isCount(value["maxModelLen"]))
  );
}

function isHistory(value: unknown): boolean {
  return isRecord(value) && isCounts(value["loadTimesMs"]) && isCounts(value["falls"]);
}

function isCounts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isCount);
}

const CHECKS_BY_KEY = Object.entries(VERDICT_CHECKS);

function verdictFault(value: unknown): string | null {
  if (!isRecord(value)) return "itself";
  for (const [key, holds] of CHECKS_BY_KEY) {
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
