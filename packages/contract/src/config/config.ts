import type { Kind } from "../kind.ts";
import type { ApiBase } from "./api-base.ts";
import type { BreakerPolicy } from "./breaker-policy.ts";
import type { BackendTls } from "./backend-tls.ts";
import type { Strategy } from "./known-keys.ts";
import type { ModelInfo } from "./model-info.ts";
import type { ModelParams } from "./provider.ts";
import type { RequestChanges } from "./request-changes.ts";
import type { RollcallConfig } from "./rollcall-section.ts";
import type { SecretRef } from "./secret-ref.ts";
import type { TraceExport } from "./trace-export.ts";

/** One server process as reached. Probed once, however many deployments use it. */
export interface Backend {
  readonly id: string;
  readonly base: ApiBase;
  readonly apiKey: SecretRef;
  readonly headers: ReadonlyMap<string, SecretRef>;
  readonly tls: BackendTls;
  /** As the config says; null: the prober finds it out from the answers. */
  readonly kind: Kind | null;
  /** A service of others, OpenAI's own for instance: probed once a minute. */
  readonly isHosted: boolean;
}

/** One `model_list` entry: alias → backend + expected name + parameters. Times in milliseconds. */
export interface Deployment {
  /** Safe to show to apps: says nothing of host or upstream name. */
  readonly id: string;
  /** May be a pattern (`team/*`), which stands for every name that matches it. */
  readonly alias: string;
  /** The served name; of a wildcard what its server's names have to match. */
  readonly expected: string;
  /** How a name that apps send becomes a served one: `litellm_params.model` has stars. Null: it is always `expected`. */
  readonly wildcard: ModelParams | null;
  readonly backend: Backend;
  /** Fingerprint of what is checked; a verdict for another one does not hold. */
  readonly check: string;
  readonly mode: string;
  /** What else the config says of the model, for those who ask. */
  readonly info: ModelInfo;
  /** Must a request for one token succeed once a start, before it is ready? */
  readonly canary: boolean;
  /** Drained by the config: it is probed, and gets no requests. */
  readonly disabled: boolean;
  readonly order: number;
  readonly weight: number;
  readonly maxParallel: number | null;
  /** Further attempts after one of this deployment has failed; null: as the config says for all. */
  readonly numRetries: number | null;
  /** For `tagFiltering`. */
  readonly tags: readonly string[];
  /** Null: faults of requests make it no second choice for longer. */
  readonly breaker: BreakerPolicy | null;
  readonly timeoutMs: number;
  readonly streamTimeoutMs: number;
  /** What it changes in requests beside the name; null for nothing. */
  readonly request: RequestChanges | null;
  /** Path in the written config, for messages. */
  readonly index: number;
}

/** LiteLLM's `enable_tag_filtering`. */
export interface TagFiltering {
  /** Is one tag of a request enough, or has a deployment to have all of them? */
  readonly matchAny: boolean;
}

/** The config as code uses it: complete, checked, never changed. What `rollcall:` says is there as `settings.ts` lists it. */
export interface Config extends RollcallConfig {
  /** Same checksum, same meaning: a fingerprint of all that was written. */
  readonly checksum: string;
  readonly deployments: readonly Deployment[];
  readonly backends: readonly Backend[];
  /** alias → its deployments, in the order of the file. */
  readonly aliases: ReadonlyMap<string, readonly Deployment[]>;
  /** Aliases that are patterns, those of skipped entries too, the most specific one first. */
  readonly patterns: readonly string[];
  /** `model_info.access_groups`: group → its aliases, for keys. No name that apps may send. */
  readonly accessGroups: ReadonlyMap<string, readonly string[]>;
  /** Tags of requests choose among the deployments of an alias; null: they are not looked at. */
  readonly tagFiltering: TagFiltering | null;
  /** Other names for aliases; hidden ones are not listed. */
  readonly groupAliases: ReadonlyMap<string, { readonly alias: string; readonly hidden: boolean }>;
  /** Is `queue.size` for each worker? It is divided among them otherwise. */
  readonly queueIsPerWorker: boolean;
  /** Aliases of entries that were skipped, and why. */
  readonly skipped: ReadonlyMap<string, string>;
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
  readonly contextWindowFallbacks: ReadonlyMap<string, readonly string[]>;
  /** For aliases that have none of their own. */
  readonly defaultFallbacks: readonly string[];
  readonly strategy: Strategy;
  readonly numRetries: number;
  /** Any of them opens everything; none: no key is asked for. Where we have to send one ourselves it is the first. */
  readonly masterKeys: readonly SecretRef[];
  /** `litellm_key_header_name` in lower case: a further header that may bring the key, before all others. */
  readonly keyHeader: string | null;
  /** Do all headers of apps that begin with `x-` go on to backends, but for those with keys and those meant for us? */
  readonly forwardsClientHeaders: boolean;
  readonly traceExport: TraceExport;
  /** `environment_variables`: they win over the process's own. */
  readonly environment: Readonly<Record<string, string>>;
}

export type ProberConfig = RollcallConfig["prober"];
export type GatewayConfig = RollcallConfig["gateway"];
export type QueueConfig = RollcallConfig["queue"];
export type StateConfig = RollcallConfig["state"];
export type KeysConfig = RollcallConfig["keys"];
export type ControlConfig = RollcallConfig["control"];
