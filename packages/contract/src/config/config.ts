import type { Kind } from "../kind.ts";
import type { ApiBase } from "./api-base.ts";
import type { Strategy } from "./known-keys.ts";
import type { SecretRef } from "./secret-ref.ts";

/** One server process as reached. Probed once, however many deployments use it. */
export interface Backend {
  readonly id: string;
  readonly base: ApiBase;
  readonly apiKey: SecretRef;
  readonly headers: ReadonlyMap<string, SecretRef>;
  /** As the config says; null: the prober finds it out from the answers. */
  readonly kind: Kind | null;
}

/** One `model_list` entry: alias → backend + expected name + parameters. Times in milliseconds. */
export interface Deployment {
  /** Safe to show to apps: says nothing of host or upstream name. */
  readonly id: string;
  readonly alias: string;
  readonly expected: string;
  readonly backend: Backend;
  /** Fingerprint of what is checked; a verdict for another one does not hold. */
  readonly check: string;
  readonly mode: string;
  /** Must a request for one token succeed once a start, before it is ready? */
  readonly canary: boolean;
  readonly order: number;
  readonly weight: number;
  readonly maxParallel: number | null;
  readonly timeoutMs: number;
  readonly streamTimeoutMs: number;
  /** Path in the written config, for messages. */
  readonly index: number;
}

/** The config as code uses it: complete, checked, never changed. */
export interface Config {
  /** Same checksum, same meaning: a fingerprint of all that was written. */
  readonly checksum: string;
  readonly deployments: readonly Deployment[];
  readonly backends: readonly Backend[];
  /** alias → its deployments, in the order of the file. */
  readonly aliases: ReadonlyMap<string, readonly Deployment[]>;
  /** Other names for aliases; hidden ones are not listed. */
  readonly groupAliases: ReadonlyMap<string, { readonly alias: string; readonly hidden: boolean }>;
  /** Aliases of entries that were left out, and why. */
  readonly leftOut: ReadonlyMap<string, string>;
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
  readonly contextWindowFallbacks: ReadonlyMap<string, readonly string[]>;
  /** For aliases that have none of their own. */
  readonly defaultFallbacks: readonly string[];
  readonly strategy: Strategy;
  readonly numRetries: number;
  readonly masterKey: SecretRef;
  /** `environment_variables`: they win over the process's own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly prober: ProberConfig;
  readonly gateway: GatewayConfig;
  readonly state: StateConfig;
  readonly queue: QueueConfig;
  /** NAME=value lines for references to the environment; relative to the config. */
  readonly envFile: string | null;
}

export interface ProberConfig {
  readonly host: string;
  readonly port: number;
  readonly intervalMs: number;
  readonly notReadyIntervalMs: number;
  readonly timeoutMs: number;
  readonly maxIntervalMs: number;
  readonly failures: number;
  readonly successes: number;
  readonly concurrency: number;
  readonly loadTimeMs: number;
  readonly stallTimeMs: number;
}

export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly maxBodyBytes: number;
  readonly drainMs: number;
  readonly settleMs: number;
  readonly idleTimeoutMs: number;
  readonly slowStartMs: number;
  readonly maxConnections: number;
  /** Processes that share the port. */
  readonly workers: number | "auto";
  readonly accessLog: boolean;
  readonly allowUnauthenticated: boolean;
}

/** Requests that wait while a model loads. Size 0: none does. */
export interface QueueConfig {
  readonly size: number;
  readonly timeMs: number;
}

export interface StateConfig {
  /** Null: a path of the daemons' own choice, the same for both. */
  readonly file: string | null;
  /** Probers to follow over HTTP instead of the file; the freshest is used. */
  readonly probers: readonly string[];
  readonly onStale: "keep" | "refuse";
}
