import { isRoutable, REASONS, type Reason, type Verdict, type Warning } from "@rollcall/contract";

/** How a deployment stands, told by a shape and a colour; the word beside them is its reason's or warning's. */
export type Shape = "ok" | "warn" | "wait" | "rest" | "out" | "unknown";

/** Worst first. */
export const SHAPES: readonly Shape[] = ["out", "warn", "wait", "rest", "unknown", "ok"];

/** As the tally and the filter call them. */
export const SHAPE_WORDS: Readonly<Record<Shape, string>> = {
  out: "out",
  warn: "ready, with a warning",
  wait: "waiting",
  rest: "at rest",
  unknown: "not known",
  ok: "ready",
};

interface Words {
  readonly word: string;
  readonly shape: Shape;
}

export const REASON_WORDS: Readonly<Record<Reason, Words>> = {
  ok: { word: "Ready", shape: "ok" },
  unknown: { word: "Not probed yet", shape: "wait" },
  loading: { word: "Loading", shape: "wait" },
  overdue: { word: "Overdue", shape: "out" },
  down: { word: "Down", shape: "out" },
  crash_loop: { word: "Crash loop", shape: "out" },
  dns: { word: "Unknown host", shape: "out" },
  tls: { word: "TLS fault", shape: "out" },
  timeout: { word: "Timeout", shape: "out" },
  wrong_key: { word: "Key refused", shape: "out" },
  key_missing: { word: "Key missing", shape: "out" },
  wrong_path: { word: "Wrong path", shape: "out" },
  not_openai: { word: "Other service", shape: "out" },
  proxy_error: { word: "Proxy fault", shape: "out" },
  wrong_name: { word: "Wrong name", shape: "out" },
  adapter_gone: { word: "Adapter gone", shape: "out" },
  no_models: { word: "No models", shape: "out" },
  asleep: { word: "Asleep", shape: "rest" },
  engine_dead: { word: "Engine dead", shape: "out" },
  hung: { word: "Hung", shape: "out" },
  draining: { word: "Draining", shape: "rest" },
  drained: { word: "Drained", shape: "rest" },
  name_flapping: { word: "Two servers", shape: "out" },
  canary_failed: { word: "Test failed", shape: "out" },
  server_error: { word: "Server error", shape: "out" },
};

/** In the order in which they are told: one that needs somebody before one that may be meant. */
export const WARNING_WORDS: Readonly<Record<Warning, string>> = {
  saturated: "Saturated",
  context_truncated: "Prompts cut",
  context_shrunk: "Shorter context",
  weights_changed: "New weights",
  clock_skew: "Clock off",
  version_changed: "New version",
  restarted: "Restarted",
};

/** Warnings that ask for nothing if somebody has meant what they tell of. */
export const MEANT_WARNINGS: ReadonlySet<Warning> = new Set(["version_changed", "restarted"]);

/** Those of a deployment, in the order in which they are told. */
export function warningsOf({ warnings }: Pick<Verdict, "warnings">): readonly Warning[] {
  return (Object.keys(WARNING_WORDS) as Warning[]).filter((code) => warnings.includes(code));
}

export interface Standing extends Words {
  /** What `?state=` finds it by, beside its shape. */
  readonly code: Reason | Warning;
}

/** `isCalled`: the initial probe round is done, so that one that was not asked is odd. */
export function standingOf(verdict: Verdict, isCalled = true): Standing {
  const [warning] = warningsOf(verdict);
  if (isRoutable(verdict)) {
    return warning === undefined
      ? { word: "Ready", shape: "ok", code: "ok" }
      : { word: WARNING_WORDS[warning], shape: "warn", code: warning };
  }
  const { reason } = verdict;
  const { word, shape } = REASON_WORDS[reason];
  if (reason === "unknown" && !isCalled) return { word, shape: "unknown", code: reason };
  // Whatever the reason says: it may not be called.
  return { word, shape: shape === "ok" ? "out" : shape, code: reason };
}

/** Does it end without anybody's doing? */
export function onlyWaits({ reason }: Pick<Verdict, "reason">): boolean {
  return REASONS[reason].selfHealing && REASONS[reason].severity === "info";
}
