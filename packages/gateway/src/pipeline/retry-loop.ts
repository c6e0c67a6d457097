import type { Clock } from "@rollcall/contract";
import pRetry from "p-retry";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { AttemptEnd } from "../observe/observer.ts";
import type { Candidate } from "../routing/candidate.ts";
import { findTarget } from "../routing/table.ts";
import type { Target } from "../routing/target.ts";
import type { RetryBudget } from "../routing/retry-budget.ts";
import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import type { UpstreamError } from "../upstream/upstream-error.ts";
import type { Dispatcher } from "./dispatch.ts";
import { nextStep, type NextStep } from "./next-step.ts";
import { Refusals } from "./refusals.ts";
import type { RequestContext } from "./request-context.ts";
import { pathOf } from "./route.ts";
import type { Router } from "./router.ts";
import { hasRoom, withinLimits } from "./within-limits.ts";

export interface RetryDeps {
  readonly router: Router;
  readonly dispatcher: Pick<Dispatcher, "start">;
  /** A failure is no fault of the deployment after all. */
  readonly acquit: (error: UpstreamError) => void;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
}

/** How a request ends that had to be tried again: as its last attempt, or by an error. */
export type RetryResult =
  | Exclude<AttemptOutcome, { kind: "failed" }>
  | { kind: "error"; failure: GatewayError };

/** p-retry wants an Error to go on from; what failed is inside. */
class AttemptFailed extends Error {
  readonly upstream: UpstreamError;

  constructor(upstream: UpstreamError) {
    super(upstream.reason);
    this.name = "AttemptFailed";
    this.upstream = upstream;
  }
}

/** No deployment is to get the request any more. */
class Unroutable extends Error {
  readonly failure: GatewayError;

  constructor(failure: GatewayError) {
    super(failure.kind);
    this.name = "Unroutable";
    this.failure = failure;
  }
}

/** What a request needs once its first attempt has failed; almost none ever has one. */
export class RetryLoop {
  readonly #ctx: RequestContext;
  readonly #deps: RetryDeps;
  readonly #tried = new Set<string>();
  readonly #left = new AbortController();
  readonly #refusals = new Refusals();
  #name: string;
  #isRepeated = false;
  /** The last failure of a deployment that has the endpoint. */
  #fault: UpstreamError | null = null;
  #late = 0;
  #fallbacksTaken = 0;
  /** Names whose limits had no room for it. */
  readonly #full = new Set<string>();
  /** `num_retries` of the deployment that failed first. */
  #ownRetries: number | null = null;

  constructor(ctx: RequestContext, deps: RetryDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#name = ctx.meant;
  }

  /** Tries again as `nextStep` says. Rejects only for a bug of ours. */
  async run(first: AttemptEnd, candidate: Candidate): Promise<RetryResult> {
    const failed = this.#failureOf(first, candidate);
    this.#ownRetries = candidate.deployment.numRetries;
    if (!(failed instanceof AttemptFailed)) return failed;
    try {
      if (!(await this.#proceed(failed.upstream))) throw failed;
      return await pRetry(() => this.#attempt(), {
        // How often is `nextStep`'s to say, and so is the wait.
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 0,
        shouldRetry: ({ error }) => error instanceof AttemptFailed && this.#proceed(error.upstream),
      });
    } catch (error) {
      if (error instanceof Unroutable) return { kind: "error", failure: error.failure };
      if (error instanceof AttemptFailed) return { kind: "error", failure: this.#explain(error.upstream) };
      throw error;
    }
  }

  /** One more attempt, on what is the best deployment now. */
  async #attempt(): Promise<RetryResult> {
    const ctx = this.#ctx;
    const { router } = this.#deps;
    if (ctx.ended) return { kind: "abandoned" };
    const result = await withinLimits<Promise<RetryResult>>(ctx, {
      decide: (full) => router.decide(ctx, { name: this.#name, tried: this.#tried, full }),
      take: (candidate) => this.#send(candidate),
      refuse: (failure) => Promise.reject(new Unroutable(failure)),
    });
    return result ?? { kind: "abandoned" };
  }

  #send(to: Candidate): Promise<RetryResult> {
    return new Promise((resolve, reject) => {
      this.#deps.dispatcher.start(this.#ctx, to, (_ctx, end, candidate) => {
        const result = this.#failureOf(end, candidate);
        if (result instanceof AttemptFailed) reject(result);
        else resolve(result);
      });
    });
  }

  #failureOf({ outcome, excuse }: AttemptEnd, { id }: Candidate): AttemptFailed | RetryResult {
    if (outcome.kind !== "failed") return outcome;
    // With the new key the same deployment is as good as any.
    if (excuse !== "key_rotated") this.#learn(outcome.error, id);
    return new AttemptFailed(outcome.error);
  }

  #learn(error: UpstreamError, id: string): void {
    this.#tried.add(id);
    if (!error.lacksEndpoint) this.#fault = error;
    if (error.timeout === "first_token" || error.timeout === "total") this.#late += 1;
    const { isRepeated, acquitted } = this.#refusals.add(error, id);
    this.#isRepeated = isRepeated;
    for (const one of acquitted) this.#deps.acquit(one);
  }

  /** Takes the next step; false: there is none. */
  async #proceed(error: UpstreamError): Promise<boolean> {
    // An app that has a 200 is told: see `StreamHeartbeat`.
    if (this.#ctx.ended || this.#ctx.heartbeat?.begun === true) return false;
    const step = this.#nextStep(error);
    switch (step.kind) {
      case "give_up":
        return false;
      case "retry":
        this.#spend(error);
        if (step.afterMs > 0) await this.#wait(step.afterMs);
        return !this.#ctx.ended;
      case "fallback":
        this.#fallbacksTaken = this.#fallbacks().indexOf(step.alias) + 1;
        if (!(await this.#moveTo(step.alias))) return this.#proceed(error);
        this.#spend(error);
        return true;
      case "longer_context":
        return (await this.#moveTo(step.alias)) || this.#proceed(error);
      default:
        return step satisfies never;
    }
  }

  /** One whose limits have no room is passed over, as one that the key may not call is. */
  async #moveTo(name: string): Promise<boolean> {
    const { reservation } = this.#ctx;
    const alias = this.#targetOf(name)?.alias ?? "";
    if (reservation !== null && !(await hasRoom(this.#ctx, reservation, alias))) {
      this.#full.add(name);
      return false;
    }
    this.#ctx.fallbacks += 1;
    this.#name = name;
    return !this.#ctx.ended;
  }

  /** The budget bounds work that is done twice. */
  #spend({ isGivenUp }: UpstreamError): void {
    if (!isGivenUp) this.#deps.budget.spend();
  }

  #nextStep(error: UpstreamError): NextStep {
    const { budget, random } = this.#deps;
    const { attempts, overrides, resend, state } = this.#ctx;
    return nextStep({
      error,
      attempts,
      retries: overrides.numRetries ?? this.#ownRetries ?? state.config.numRetries,
      resend,
      late: this.#late,
      isRepeated: this.#isRepeated,
      hasAnother: this.#hasAnother(),
      hasBudget: budget.left >= 1,
      fallback:
        this.#fallbacks()
          .slice(this.#fallbacksTaken)
          .find((name) => this.#mayTry(name)) ?? null,
      longerContext: this.#longerContext(),
      random: random(),
    });
  }

  async #wait(ms: number): Promise<void> {
    this.#ctx.waitsFor = { cancel: () => this.#left.abort() };
    const since = this.#deps.clock.monotonic();
    await this.#deps.clock.sleep(ms, this.#left.signal);
    this.#ctx.pausedMs += this.#deps.clock.monotonic() - since;
  }

  #hasAnother(): boolean {
    const decision = this.#deps.router.decide(this.#ctx, { name: this.#name, tried: this.#tried });
    return decision.kind !== "forward" || !this.#tried.has(decision.candidate.id);
  }

  #mayTry(name: string): boolean {
    const { permit } = this.#ctx;
    const target = this.#targetOf(name);
    if (this.#full.has(name)) return false;
    return target !== undefined && (permit === null || permit.denies(name, target.alias) === null);
  }

  #fallbacks(): readonly string[] {
    const { meant, origin, overrides } = this.#ctx;
    if (overrides.disableFallbacks || origin !== null) return [];
    return overrides.fallbacks ?? this.#targetOf(meant)?.fallbacks ?? [];
  }

  #targetOf(name: string): Target | undefined {
    return findTarget(this.#ctx.state.table, name);
  }

  #longerContext(): string | null {
    if (this.#ctx.overrides.disableFallbacks || this.#ctx.origin !== null) return null;
    const [next] = this.#targetOf(this.#name)?.contextWindowFallbacks ?? [];
    return next !== undefined && this.#mayTry(next) ? next : null;
  }

  /** That one has no such endpoint is no answer where another has it, and failed. */
  #explain(last: UpstreamError): GatewayError {
    const { answer, lacksEndpoint, reason, timeout, words } = last.lacksEndpoint
      ? (this.#fault ?? last)
      : last;
    const { attempts, endpoint, fields } = this.#ctx;
    if (lacksEndpoint)
      return { kind: "unsupported_endpoint", model: fields.model, path: pathOf(endpoint), serves: [] };
    if (answer !== null) return { kind: "upstream_answer", ...answer };
    return { kind: "upstream_failed", model: fields.model, reason, attempts, timeout, words };
  }
}
