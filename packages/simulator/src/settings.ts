import type { KindName } from "./kinds/kind-name.ts";
import type { SimulatorOptions } from "./options.ts";
import type { ErrorBodies } from "./vllm/error-body.ts";
import type { MetricsStyle } from "./vllm/metrics-page/metrics-style.ts";
import type { Task } from "./vllm/task.ts";

/** What the server is at the moment. The control changes it, the routes read it. */
export interface Settings {
  readonly kind: KindName;
  servedNames: string[];
  loras: string[];
  root: string;
  maxModelLen: number;
  apiKeys: string[];
  /** 0 = as fast as possible. */
  tokensPerSecond: number;
  firstTokenMs: number;
  errorBodies: ErrorBodies;
  metricsStyle: MetricsStyle;
  /** How far the server's clock is off. */
  clockOffsetMs: number;
  version: string;
  readonly tasks: readonly Task[];
  /** Paths that are not there. */
  without: string[];
  readonly devMode: boolean;
  readonly responsesStore: boolean;
  readonly answerTokens: number | null;
  readonly seed: number;
}

/** What the kind is, unless told otherwise. */
export interface KindDefaults {
  readonly version: string;
  readonly tasks: readonly Task[];
}

export function settingsFrom(options: SimulatorOptions, { version, tasks }: KindDefaults): Settings {
  const servedNames = options.servedNames ?? ["gpt-oss-120b"];
  return {
    kind: options.kind ?? "vllm",
    servedNames: [...servedNames],
    loras: [...(options.loras ?? [])],
    root: options.root ?? `/models/${servedNames[0] ?? ""}`,
    maxModelLen: options.maxModelLen ?? 131_072,
    apiKeys: [...(options.apiKeys ?? [])],
    tokensPerSecond: options.tokensPerSecond ?? 0,
    firstTokenMs: options.firstTokenMs ?? 0,
    errorBodies: options.errorBodies ?? "nested",
    metricsStyle: options.metricsStyle ?? "current",
    clockOffsetMs: 0,
    version: options.version ?? version,
    tasks: [...(options.tasks ?? tasks)],
    without: [...(options.without ?? [])],
    devMode: options.devMode ?? false,
    responsesStore: options.responsesStore ?? false,
    answerTokens: options.answerTokens ?? null,
    seed: options.seed ?? 1,
  };
}
