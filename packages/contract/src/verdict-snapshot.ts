import { isCount } from "./is-count.ts";
import { isRecord } from "./is-record.ts";
import { isSameValue } from "./is-same-value.ts";
import { isKind } from "./kind.ts";
import { isReason, isWarning } from "./reasons.ts";
import { err, ok, type Result } from "./result.ts";
import type { SnapshotHeader, SnapshotKind } from "./snapshot.ts";
import { isRoutable, type Verdict } from "./verdict.ts";

/** All verdicts at one moment: the only thing that prober and gateway share. Times are epoch milliseconds. */
export interface Snapshot extends SnapshotHeader {
  /** Who wrote it, and where that one listens (a wide address stands for the same host). */
  readonly prober: { readonly instance: string; readonly startedAt: number; readonly url?: string };
  /** Checksum of the config the prober works by. */
  readonly config: string;
  /**
   * The evidence of every proven verdict is at least as new as this, whatever its own `observedAt` says: good news that
   * stays the same is no change. Absent in version 1, where each says it for itself, and where nothing is proven.
   */
  readonly confirmedAt?: number;
  readonly verdicts: readonly Verdict[];
}

export const VERDICTS: SnapshotKind<Snapshot, Verdict> = {
  name: "verdicts",
  // 1: every write is the whole, and there are no changes.
  version: 2,
  list: "verdicts",
  keyOf: ({ deployment }) => deployment,
  instanceOf: ({ prober }) => prober.instance,
  isSame,
  headerFault,
  readRecord: readVerdict,
};

/** When the oldest evidence among the proven ones was gathered; undefined where none is proven. */
export function confirmedAt(verdicts: readonly Verdict[]): number | undefined {
  let oldest: number | undefined;
  for (const verdict of verdicts) {
    if (isRoutable(verdict)) oldest = Math.min(oldest ?? verdict.observedAt, verdict.observedAt);
  }
  return oldest;
}

/** A verdict with the time of its evidence, as its snapshot knows it. */
export function confirmed(verdict: Verdict, { confirmedAt: at = 0 }: Pick<Snapshot, "confirmedAt">): Verdict {
  if (!isRoutable(verdict) || at <= verdict.observedAt) return verdict;
  return { ...verdict, observedAt: at, lastGoodAt: at };
}

/** When evidence was gathered changes with every probe, and says nothing new: `confirmedAt` tells it for all. */
const EVIDENCE_TIMES: ReadonlySet<string> = new Set<keyof Verdict>(["observedAt", "lastGoodAt"]);

function isSame(before: Verdict, after: Verdict): boolean {
  return before === after || ACTED_ON.every((key) => isSameValue(before[key], after[key]));
}

function headerFault(header: Readonly<Record<string, unknown>>): string | null {
  const prober = header["prober"];
  if (
    !isRecord(prober) ||
    !isText(prober["instance"]) ||
    !isCount(prober["startedAt"]) ||
    !isOptional(prober["url"], isText)
  ) {
    return "prober is not {instance, startedAt}";
  }
  if (!isOptional(header["confirmedAt"], isCount)) return "confirmedAt is not a number of zero or more";
  return isText(header["config"]) ? null : "config is not a string";
}

/** Codes may be ones that a later prober has added: they are texts here, and read as what is known below. */
const VERDICT_CHECKS: { readonly [K in keyof Verdict]-?: (value: unknown) => boolean } = {
  deployment: isText,
  alias: isText,
  check: isText,
  ready: isBoolean,
  nameMatches: (value) => value === null || isBoolean(value),
  reason: isText,
  warnings: isTexts,
  expected: isText,
  found: isTexts,
  detail: isText,
  hint: isText,
  since: isCount,
  observedAt: isCount,
  lastGoodAt: (value) => value === null || isCount(value),
  served: (value) => isOptional(value, isServed),
  history: (value) => isOptional(value, isHistory),
  refusedSince: (value) => isOptional(value, isCount),
  readyInMs: (value) => isOptional(value, isCount),
  drained: (value) => isOptional(value, isDrained),
};

const CHECKS_BY_KEY = Object.entries(VERDICT_CHECKS);
const ACTED_ON = (Object.keys(VERDICT_CHECKS) as (keyof Verdict)[]).filter((key) => !EVIDENCE_TIMES.has(key));

function readVerdict(value: unknown): Result<Verdict, string> {
  if (!isRecord(value)) return err("itself");
  for (const [key, holds] of CHECKS_BY_KEY) {
    if (!holds(value[key])) return err(key);
  }
  return ok(withKnownCodes(value as unknown as Verdict));
}

/** What to do about it hangs on the two facts, `ready` and `nameMatches`: an unknown code only explains less. */
function withKnownCodes(verdict: Verdict): Verdict {
  const { drained, reason, served, warnings } = verdict;
  const isKnown =
    isReason(reason) &&
    warnings.every(isWarning) &&
    (served === undefined || isKind(served.kind)) &&
    (drained === undefined || isReason(drained.observed));
  if (isKnown) return verdict;
  return {
    ...verdict,
    reason: isReason(reason) ? reason : "unknown",
    warnings: warnings.filter(isWarning),
    ...(served === undefined
      ? {}
      : { served: { ...served, kind: isKind(served.kind) ? served.kind : "generic" } }),
    ...(drained === undefined
      ? {}
      : { drained: { ...drained, observed: isReason(drained.observed) ? drained.observed : "unknown" } }),
  };
}

function isServed(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value["kind"]) &&
    ["version", "root", "parent"].every((key) => value[key] === null || isText(value[key])) &&
    (value["maxModelLen"] === null || isCount(value["maxModelLen"])) &&
    isOptional(value["missing"], isTexts)
  );
}

function isDrained(value: unknown): boolean {
  return (
    isRecord(value) &&
    isCount(value["since"]) &&
    ["by", "observed"].every((key) => isText(value[key])) &&
    isOptional(value["reason"], isText)
  );
}

function isHistory(value: unknown): boolean {
  return isRecord(value) && isCounts(value["loadTimesMs"]) && isCounts(value["falls"]);
}

function isCounts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isCount);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
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
