import type { Served, Warning } from "@rollcall/contract";
import type { Change, BackendState } from "../remember/backend-state.ts";

/** A warning and what it is judged by, in one line. */
export interface Notice {
  readonly code: Warning;
  readonly detail: string;
}

/** What changed under one served name. */
export interface ServedChanges {
  readonly weights: Change | null;
  readonly context: Change | null;
}

export const NO_CHANGES: ServedChanges = { weights: null, context: null };

/** So long a change is told of; then the new is what is usual. */
const TOLD_FOR_MS = 3_600_000;

/** vLLM preempts from about here on. */
const FULL = 0.95;

/** Certificates and signed URLs fail from about here on. */
const SKEW_MS = 60_000;

/** What changed between two cards of one name. A change that is still being told of stays. */
export function noteServed(
  changes: ServedChanges,
  before: Served | undefined,
  now: Served & { readonly at: number },
): ServedChanges {
  if (before === undefined) return changes;
  const otherRoot = before.root !== null && now.root !== null && before.root !== now.root;
  const shrunk =
    before.maxModelLen !== null && now.maxModelLen !== null && now.maxModelLen < before.maxModelLen;
  return {
    weights: otherRoot
      ? { at: now.at, detail: `root ${before.root} before, ${now.root} now` }
      : changes.weights,
    context: shrunk
      ? { at: now.at, detail: `max_model_len ${before.maxModelLen} before, ${now.maxModelLen} now` }
      : changes.context,
  };
}

/** All that is to be said of a deployment that is ready all the same. */
export function warn(state: BackendState, changes: ServedChanges, now: number): readonly Notice[] {
  const told: readonly (readonly [Warning, Change | null])[] = [
    ["weights_changed", changes.weights],
    ["context_shrunk", changes.context],
    ["version_changed", state.versionChanged],
    ["restarted", state.restarted],
  ];
  const notices = told.flatMap(([code, change]) =>
    change !== null && now - change.at < TOLD_FOR_MS ? [{ code, detail: change.detail }] : [],
  );
  const { load, preempted, skewMs } = state;
  if (load !== null && (load.kvUsage ?? 0) >= FULL && load.waiting > 0) {
    const detail = `KV cache ${Math.round((load.kvUsage ?? 0) * 100)} % full, ${load.waiting} waiting, ${preempted} preempted since the last probe`;
    notices.push({ code: "saturated", detail });
  }
  if (skewMs !== null && Math.abs(skewMs) > SKEW_MS) {
    const direction = skewMs > 0 ? "ahead" : "behind";
    notices.push({ code: "clock_skew", detail: `${Math.round(Math.abs(skewMs) / 1_000)} s ${direction}` });
  }
  return notices;
}
