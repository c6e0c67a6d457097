import type { Clock, Strategy, TagFiltering } from "@rollcall/contract";
import type { Cell } from "@rollcall/runtime";
import { hashConversation } from "../body/conversation.ts";
import type { Evidence } from "../health/ejection.ts";
import type { Candidate } from "../routing/candidate.ts";
import { decide, type Asked, type Decision, type RoutingContext } from "../routing/decide.ts";
import { findTarget, type RoutingTable } from "../routing/table.ts";
import type { RoutingState } from "../routing-state.ts";
import type { SnapshotFeed } from "../probers/snapshot-feed.ts";
import type { RequestContext } from "./request-context.ts";

export interface RouterDeps {
  readonly state: Cell<RoutingState>;
  readonly feed: Pick<SnapshotFeed, "freshness">;
  readonly clock: Pick<Clock, "monotonic">;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
}

/** Nothing tried, and nothing full. */
export const NOTHING: ReadonlySet<string> = new Set();

/** What is routed, beside the request itself. */
export interface Wanted extends Pick<Asked, "name" | "tried"> {
  /** Aliases whose limits have no room for it: none of them stands in. */
  readonly full?: ReadonlySet<string>;
}

const NONE: readonly string[] = [];

/** Decides by config and verdicts as they are now. */
export class Router {
  readonly #deps: RouterDeps;

  constructor(deps: RouterDeps) {
    this.#deps = deps;
  }

  decide(ctx: RequestContext, { name, tried, full }: Wanted): Decision {
    const { tags } = ctx.overrides;
    const decision = decide(
      {
        name,
        tried,
        endpoint: ctx.endpoint.name,
        fallbacks: this.#fallbacks(ctx, name, full ?? NOTHING),
        tags,
        only: ctx.origin?.deployment ?? null,
      },
      new RequestRouting(ctx, this.#deps),
    );
    if (decision.kind === "forward") ctx.passedOver = decision.passedOver;
    return decision;
  }

  /** Null: those of the config. */
  #fallbacks(
    { overrides, permit }: RequestContext,
    name: string,
    full: ReadonlySet<string>,
  ): readonly string[] | null {
    const { disableFallbacks, fallbacks } = overrides;
    if (disableFallbacks) return NONE;
    if (permit === null && full.size === 0) return fallbacks;
    const { table } = this.#deps.state.get();
    const all = fallbacks ?? findTarget(table, name)?.fallbacks ?? NONE;
    return all.filter((other) => {
      const alias = findTarget(table, other)?.alias ?? "";
      return !full.has(alias) && (permit === null || permit.denies(other, alias) === null);
    });
  }
}

/** All that a decision depends on, worked out only where it is asked for. */
class RequestRouting implements RoutingContext {
  readonly table: RoutingTable;
  readonly strategy: Strategy;
  readonly #ctx: RequestContext;
  readonly #deps: RouterDeps;
  readonly #state: RoutingState;
  readonly #now: number;

  constructor(ctx: RequestContext, deps: RouterDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#state = deps.state.get();
    this.#now = deps.clock.monotonic();
    this.table = this.#state.table;
    this.strategy = this.#state.config.strategy;
  }

  get tagFiltering(): TagFiltering | null {
    return this.#state.config.tagFiltering;
  }

  get isSnapshotUsable(): boolean {
    return this.#state.config.state.onStale === "keep" || this.#deps.feed.freshness() === "fresh";
  }

  evidence({ health }: Candidate): Evidence | null {
    return health.evidence(this.#now);
  }

  random(): number {
    return this.#deps.random();
  }

  warmth({ health }: Candidate): number {
    return health.warmth(this.#now, this.#state.config.gateway.slowStartMs);
  }

  inFlight({ health }: Candidate): number {
    return health.inFlight + health.elsewhere;
  }

  latency({ health }: Candidate): number | null {
    return health.latencyMs;
  }

  recent({ health }: Candidate): number {
    return health.recent(this.#now);
  }

  conversation(): number | null {
    return hashConversation(this.#ctx.body.bytes, this.#ctx.fields);
  }
}
