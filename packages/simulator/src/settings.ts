import type { SimulatorOptions } from "./options.ts";
import type { ErrorBodies } from "./vllm/error-body.ts";

/** What the server is at the moment. The control changes it, the routes read it. */
export interface Settings {
  servedNames: string[];
  loras: string[];
  root: string;
  maxModelLen: number;
  apiKeys: string[];
  /** 0 = as fast as possible. */
  tokensPerSecond: number;
  firstTokenMs: number;
  errorBodies: ErrorBodies;
  /** How far the server's clock is off. */
  clockOffsetMs: number;
  readonly version: string;
  readonly seed: number;
}

export function settingsFrom(options: SimulatorOptions): Settings {
  const servedNames = options.servedNames ?? ["gpt-oss-120b"];
  return {
    servedNames: [...servedNames],
    loras: [...(options.loras ?? [])],
    root: options.root ?? `/models/${servedNames[0] ?? ""}`,
    maxModelLen: options.maxModelLen ?? 131_072,
    apiKeys: [...(options.apiKeys ?? [])],
    tokensPerSecond: options.tokensPerSecond ?? 0,
    firstTokenMs: options.firstTokenMs ?? 0,
    errorBodies: options.errorBodies ?? "nested",
    clockOffsetMs: 0,
    version: options.version ?? "0.26.0",
    seed: options.seed ?? 1,
  };
}
