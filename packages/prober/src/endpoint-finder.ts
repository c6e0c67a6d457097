import type { Clock, Endpoint } from "@rollcall/contract";
import type { Log, Settings } from "@rollcall/runtime";
import { Allowance } from "./ask/allowance.ts";
import { askEndpoints, questionsFor } from "./ask/endpoints.ts";
import type { Network } from "./ask/network.ts";
import type { Fleet } from "./fleet.ts";
import type { Target } from "./remember/target.ts";

interface EndpointFinderOptions {
  /** Those that are looked for. */
  readonly endpoints: readonly Endpoint[];
  readonly fleet: Fleet;
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: () => Settings;
  /** Runs it among the probes, as many at once as the config allows. */
  readonly limit: (work: () => Promise<void>) => Promise<void>;
  /** Verdicts have changed. */
  readonly onFound: () => void;
}

/**
 * Of the whole fleet, whatever its size: two thousand servers that are met at once are asked within minutes, beside some
 * thousand questions of probes a second.
 */
const QUESTIONS_PER_SECOND = 200;

/** Finds out which endpoints servers have, once a start and after the verdict: nothing waits for it. */
export class EndpointFinder {
  readonly #options: EndpointFinderOptions;
  readonly #endpoints: readonly Endpoint[];
  readonly #allowance = new Allowance(QUESTIONS_PER_SECOND);
  readonly #underWay = new Set<string>();

  constructor(options: EndpointFinderOptions) {
    this.#options = options;
    this.#endpoints = options.endpoints.filter(({ probe }) => probe !== null);
  }

  /** A target was probed: if it is to be asked, and is within the rate, it is. Else it is with a later probe. */
  probed(target: Target, signal: AbortSignal): void {
    const { clock, fleet, limit } = this.#options;
    if (signal.aborted || this.#underWay.has(target.id) || !fleet.wantsEndpoints(target.id)) return;
    const questions = questionsFor(fleet.state(target.id), this.#endpoints);
    if (!this.#allowance.take(questions, clock.monotonic())) return;
    this.#underWay.add(target.id);
    void limit(() => this.#find(target, signal)).finally(() => this.#underWay.delete(target.id));
  }

  async #find(target: Target, signal: AbortSignal): Promise<void> {
    const { clock, fleet, log, network, onFound, settings } = this.#options;
    const { config, secrets } = settings();
    const state = fleet.state(target.id);
    const { timeoutMs } = config.prober;
    const context = {
      network,
      secrets,
      signal,
      timeoutMs,
      state,
      suspect: null,
      now: () => clock.now(),
    };
    try {
      const asked = await askEndpoints(target, this.#endpoints, context);
      if (signal.aborted) return;
      const changed = fleet.recordEndpoints(target.id, { ...asked, start: state.starts });
      for (const { deployment, alias, served } of changed)
        log.info({ deployment, alias, missing: served?.missing ?? [] }, "deployment endpoints changed");
      if (changed.length > 0) onFound();
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      log.error({ error: message, stack }, "internal error in a probe; retrying at the next interval");
    }
  }
}
