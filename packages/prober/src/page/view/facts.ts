import type { Kind, Verdict } from "@rollcall/contract";
import type { Event } from "../../events.ts";
import type { Notice } from "../../judge/warn.ts";
import type { Load } from "../../read/load.ts";
import type { ProbeExchange } from "../../read/probe-result.ts";
import type { TokenRates } from "../../remember/throughput.ts";

/** All that a page is made of, at one moment. Times are epoch milliseconds, ages milliseconds. */
export interface PageFacts {
  readonly now: number;
  /** Names the run of the prober. */
  readonly instance: string;
  /** The machine that it runs on; null for those who may not know. */
  readonly machine: string | null;
  readonly config: string;
  readonly intervalMs: number;
  readonly initialRoundDone: boolean;
  /** How long ago any probe was recorded; null before the first. */
  readonly probedAgoMs: number | null;
  /** How long ago a snapshot was safely written; null before the first. */
  readonly writtenAgoMs: number | null;
  readonly startedAgoMs: number;
  /** What is wrong with the newest config, a line each; null where it is in force. */
  readonly configFault: string | null;
  readonly needRestart: readonly string[];
  /** Entries of the config that are left out: alias and why. */
  readonly skipped: readonly (readonly [alias: string, why: string])[];
  /** What the gateway of this config says of itself; null where none answers here. */
  readonly gatewayNotes: readonly string[] | null;
  /** Does `alias` have a fallback, so that requests for it do not fail at once? */
  readonly hasFallback: (alias: string) => boolean;
  readonly deployments: readonly DeploymentFacts[];
  /** Newest last. */
  readonly events: readonly Event[];
  /** May hosts and served names be shown? */
  readonly tellsDetails: boolean;
}

export interface DeploymentFacts {
  readonly verdict: Verdict;
  /** `http://gpu-1:8000` */
  readonly address: string;
  /** Where its API begins. */
  readonly apiBase: string;
  /** Its place in `model_list`. */
  readonly index: number;
  readonly kind: Kind | null;
  readonly version: string | null;
  readonly notices: readonly Notice[];
  readonly load: Load | null;
  readonly rates: TokenRates | null;
  readonly loadTimesMs: readonly number[];
  readonly exchanges: readonly ProbeExchange[];
  readonly endpointExchanges: readonly ProbeExchange[];
}

/** What those see who have not shown the key: aliases, deployments and reasons, as `/readyz?verbose` has them. */
export function redact(facts: PageFacts): PageFacts {
  return {
    ...facts,
    tellsDetails: false,
    machine: null,
    configFault:
      facts.configFault === null ? null : "the config file has errors: the previous config is in use",
    skipped: [],
    gatewayNotes: null,
    events: [],
    deployments: facts.deployments.map(({ verdict, index }) => ({
      ...NOTHING_TOLD,
      verdict: bare(verdict),
      index,
    })),
  };
}

const NOTHING_TOLD = {
  address: "",
  apiBase: "",
  kind: null,
  version: null,
  notices: [],
  load: null,
  rates: null,
  loadTimesMs: [],
  exchanges: [],
  endpointExchanges: [],
} as const;

function bare({ deployment, alias, ready, nameMatches, reason, since }: Verdict): Verdict {
  return {
    deployment,
    alias,
    check: "",
    ready,
    nameMatches,
    reason,
    warnings: [],
    expected: "",
    found: [],
    detail: "",
    hint: "",
    since,
    observedAt: since,
    lastGoodAt: null,
  };
}
