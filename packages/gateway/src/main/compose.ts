import type { Clock, Snapshot } from "@rollcall/contract";
import { Cell, tlsOptionsOf, type Settings, type SettingsSource, type TlsOptions } from "@rollcall/runtime";
import type { SnapshotReader } from "@rollcall/state";
import { BodyMemory } from "../body/body-memory.ts";
import { HealthRegistry } from "../health/health-registry.ts";
import { HealthObserver } from "../observe/health-observer.ts";
import { GatewayMetrics } from "../observe/metrics.ts";
import { RequestLog, type RequestLogs } from "../observe/request-log.ts";
import { Dispatcher } from "../pipeline/dispatch.ts";
import { MasterKeyAuthenticator } from "../pipeline/master-key.ts";
import { PendingQueue } from "../pipeline/pending-queue.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { Router } from "../pipeline/router.ts";
import { Runner } from "../pipeline/runner.ts";
import { RetryBudget } from "../routing/retry-budget.ts";
import { buildRoutingState, type RoutingState } from "../routing-state.ts";
import { SnapshotFeed } from "../snapshot-feed.ts";
import { TellProber } from "../tell-prober.ts";
import { Deadlines } from "../upstream/deadlines.ts";
import { Pools } from "../upstream/pools.ts";
import type { Transport } from "../upstream/transport.ts";
import type { Services } from "./services.ts";

/** What a gateway is made from. Clock, random and network are handed in, so that tests can own them. */
export interface Parts {
  readonly settings: Settings;
  readonly source: Pick<SettingsSource, "status" | "refresh">;
  readonly reader: SnapshotReader;
  readonly clock: Clock;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  readonly logs: RequestLogs;
  /** Instead of connections to the backends. */
  readonly transport?: Transport;
}

export interface Composed extends Services {
  readonly deadlines: Deadlines;
  readonly retryBudget: RetryBudget;
  /** Goes by these settings and this snapshot from now on. */
  update(settings: Pick<Settings, "config" | "secrets" | "generation">, snapshot: Snapshot | null): void;
}

/** Builds a gateway. The only place that knows all parts. */
export function compose(parts: Parts): Composed {
  const { settings, source, reader, clock, logs } = parts;
  const health = new HealthRegistry();
  const state = new Cell(buildRoutingState({ settings, snapshot: null, health, clock }));
  const deadlines = new Deadlines(clock);
  const limits = () => state.get().config.gateway;
  const bodies = new BodyMemory({
    // One body is always allowed, however many workers share the memory.
    limitBytes: () => Math.max(limits().bodyMemoryBytes, limits().maxBodyBytes),
    maxBodyBytes: () => limits().maxBodyBytes,
    clock,
  });
  const built = {
    state,
    source,
    feed: new SnapshotFeed(reader, clock, logs.log),
    health,
    bodies,
    pools: new Pools(deadlines, (origin) => tlsOf(state.get(), origin)),
    authenticator: new MasterKeyAuthenticator(state),
    metrics: new GatewayMetrics(),
    activity: { answering: 0, draining: false },
    clock,
    log: logs.log,
    deadlines,
    retryBudget: new RetryBudget(),
    update: (next: Pick<Settings, "config" | "secrets" | "generation">, snapshot: Snapshot | null) =>
      state.set(buildRoutingState({ settings: next, snapshot, health, clock })),
  };
  return { ...built, runner: composeRunner(built, parts) };
}

/** One server speaks TLS in one way, whichever entry names it. */
function tlsOf({ config, secrets }: RoutingState, origin: string): TlsOptions {
  const backend = config.backends.find(({ base }) => base.origin === origin);
  return backend === undefined ? {} : tlsOptionsOf(backend.tls, secrets);
}

/** Who routes, sends, observes and retries. */
function composeRunner(built: Omit<Composed, "runner">, parts: Parts): Runner {
  const { activity, authenticator, bodies, deadlines, feed, metrics, pools, retryBudget, state } = built;
  const { settings, source, clock, random, logs, transport } = parts;
  const reprobe = new TellProber(feed, clock, settings.config.state.probers);
  const requestLog = new RequestLog(logs);
  const router = new Router({ state, feed, clock, random });
  const dispatcher = new Dispatcher({
    state,
    source,
    transport: transport ?? pools,
    deadlines,
    observers: [new HealthObserver(clock, (id) => reprobe.suspect(id)), metrics, requestLog],
    clock,
    log: logs.log,
    isDraining: () => activity.draining,
  });
  const stages = pipeline({
    authenticator,
    authorize: null,
    admission: null,
    bodies,
    deadlines,
    router,
    dispatcher,
    budget: retryBudget,
    state,
    pending: new PendingQueue(clock),
    clock,
    random,
  });
  return new Runner({ observers: [metrics, requestLog], clock, log: logs.log }, stages);
}
