import type { Clock, Snapshot, Verdict } from "@rollcall/contract";
import {
  Cell,
  RejectionLog,
  tlsOptionsOf,
  type Settings,
  type SettingsSource,
  type TlsOptions,
} from "@rollcall/runtime";
import type { SnapshotReader } from "@rollcall/snapshot";
import type { ControlClient } from "../admin/control-client.ts";
import { BodyMemory } from "../body/body-memory.ts";
import { RequestRing } from "../explain/request-ring.ts";
import { HealthRegistry } from "../health/health-registry.ts";
import { AttemptTrail } from "../observe/attempt-trail.ts";
import { HealthObserver } from "../observe/health-observer.ts";
import { keyAccess, type KeyAccess, type KeySources } from "../keys/key-access.ts";
import type { RequestObserver } from "../observe/observer.ts";
import type { Revoke } from "../keys/running-requests.ts";
import { GatewayMetrics } from "../observe/metrics.ts";
import { IgnoredFields } from "../observe/ignored-fields.ts";
import { RequestLog, type RequestLogs } from "../observe/request-log.ts";
import { masterKeyAccess, type Access } from "../pipeline/access.ts";
import { Dispatcher } from "../pipeline/dispatch.ts";
import { PendingQueue } from "../pipeline/pending-queue.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { Router } from "../pipeline/router.ts";
import { Runner } from "../pipeline/runner.ts";
import { ReprobeRequester } from "../probers/reprobe-requester.ts";
import { Visitors } from "../pipeline/visitors.ts";
import { RealtimeContext } from "../realtime/realtime-context.ts";
import { LazyRealtime } from "../realtime/lazy-realtime.ts";
import { RetryBudget } from "../routing/retry-budget.ts";
import { buildRoutingState, type RoutingState } from "../routing-state.ts";
import { SnapshotFeed } from "../probers/snapshot-feed.ts";
import { Deadlines } from "../upstream/deadlines.ts";
import { Pools, type TlsOf } from "../upstream/pools.ts";
import { SilenceWatch, type SilenceDeps } from "../upstream/silence-watch.ts";
import { BytesPerToken } from "../truncation/bytes-per-token.ts";
import { TruncationWatch } from "../truncation/truncation-watch.ts";
import { TokenCounts } from "../tokens/token-counts.ts";
import { loadOtel } from "../tracing/otel-library.ts";
import { Tracing } from "../tracing/tracing.ts";
import type { Transport } from "../upstream/transport.ts";
import type { UpstreamError } from "../upstream/upstream-error.ts";
import { newActivity, type Services } from "./services.ts";

/** What a gateway is made from. Clock, random and network are handed in, so that tests can own them. */
export interface Parts {
  readonly settings: Settings;
  /** The address listened on. */
  readonly host: string;
  readonly source: Pick<SettingsSource, "status" | "refresh">;
  readonly reader: SnapshotReader<Snapshot, Verdict>;
  readonly clock: Clock;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  readonly logs: RequestLogs;
  /** Instead of connections to the backends. */
  readonly transport?: Transport;
  /** How many milliseconds ago the other workers heard of a server, where there are others. */
  readonly heardElsewhere?: SilenceDeps["heardElsewhere"];
  /** Instead of the config's master key. */
  readonly access?: Access;
  /** Where the config has virtual keys: what they come from, and who manages them. */
  readonly keys?: KeySources & { readonly control: ControlClient };
}

export interface Composed extends Services {
  readonly deadlines: Deadlines;
  readonly reprobes: ReprobeRequester;
  readonly silence: SilenceWatch;
  readonly retryBudget: RetryBudget;
  readonly ratios: BytesPerToken;
  /** Goes by these settings and this snapshot from now on. */
  update(settings: Pick<Settings, "config" | "secrets" | "generation">, snapshot: Snapshot | null): void;
}

/** Builds a gateway. The only place that knows all parts. */
export function compose(parts: Parts): Composed {
  const { settings, source, reader, clock, logs } = parts;
  const health = new HealthRegistry();
  const state = new Cell(buildRoutingState({ settings, snapshot: null, health, clock }));
  const deadlines = new Deadlines(clock);
  const metrics = new GatewayMetrics();
  metrics.initialise(settings.config);
  const master = parts.access ?? masterKeyAccess(state);
  const revoke: Revoke = (ctx, failure) =>
    (ctx instanceof RealtimeContext ? composed.realtime.opened : composed.runner)?.revoke(ctx, failure);
  const withKeys = composeKeys({ master, state, metrics, revoke }, parts);
  const access = withKeys ?? master;
  const bodies = composeBodies(state, clock);
  const tlsOfOrigin = (origin: string) => tlsOf(state.get(), origin);
  const feed = new SnapshotFeed(reader, clock, logs.log);
  const reprobes = new ReprobeRequester(feed, clock, settings.config.state.probers);
  const pools = new Pools({ deadlines, random: parts.random, tlsOf: tlsOfOrigin });
  const ratios = new BytesPerToken();
  const transport = parts.transport ?? pools;
  const built = {
    state,
    source,
    feed,
    reprobes,
    silence: composeSilence({ deadlines, feed, health, reprobes, state }, parts),
    health,
    bodies,
    pools,
    ratios,
    tokens: new TokenCounts({ state, feed, transport, deadlines, ratios }),
    visitors: new Visitors(state, parts.host),
    authenticator: access.authenticator,
    keys: withKeys?.keys ?? null,
    control: parts.keys?.control ?? null,
    metrics,
    tracing: new Tracing({ load: loadOtel, clock, log: logs.log, registry: metrics.registry }, settings),
    rejections: new RejectionLog(logs.log, clock),
    activity: newActivity(),
    pending: new PendingQueue(clock),
    clock,
    log: logs.log,
    host: parts.host,
    requests: new RequestRing(settings.config.gateway.explainRequests, clock),
    deadlines,
    retryBudget: new RetryBudget(),
    update: (next: Pick<Settings, "config" | "secrets" | "generation">, snapshot: Snapshot | null) => {
      if (next.config !== state.get().config) metrics.initialise(next.config);
      built.requests.resize(next.config.gateway.explainRequests);
      if (next.config !== state.get().config || next.secrets !== state.get().secrets)
        void built.tracing.update(next);
      if (snapshot !== null) health.learnRefusals(snapshot, clock.monotonic() - feed.ageMs());
      state.set(buildRoutingState({ settings: next, snapshot, health, clock }));
    },
  };
  const alsoObserving = withKeys === null ? [] : [withKeys.running];
  const runners = composeRunners(built, access, { ...parts, tlsOf: tlsOfOrigin, alsoObserving });
  const composed: Composed = { ...built, ...runners };
  return composed;
}

function composeBodies(state: Cell<RoutingState>, clock: Clock): BodyMemory {
  const limits = () => state.get().config.gateway;
  return new BodyMemory({
    // One body is always allowed, however many workers share the memory.
    limitBytes: () => Math.max(limits().bodyMemoryBytes, limits().maxBodyBytes),
    maxBodyBytes: () => limits().maxBodyBytes,
    clock,
  });
}

interface BesideKeys {
  readonly master: Access;
  readonly state: Cell<RoutingState>;
  readonly metrics: GatewayMetrics;
  readonly revoke: Revoke;
}

/** Null where the config has no virtual keys. */
function composeKeys(
  { metrics: { registry }, ...beside }: BesideKeys,
  { keys, clock, logs }: Parts,
): KeyAccess | null {
  return keys === undefined ? null : keyAccess({ ...beside, sources: keys, registry, clock, log: logs.log });
}

/** One server speaks TLS in one way, whichever entry names it. */
function tlsOf({ config, secrets }: RoutingState, origin: string): TlsOptions {
  const backend = config.backends.find(({ base }) => base.origin === origin);
  return backend === undefined ? {} : tlsOptionsOf(backend.tls, secrets);
}

/** Who listens for servers that fall silent. */
function composeSilence(
  {
    deadlines,
    feed,
    health,
    reprobes,
    state,
  }: Pick<Composed, "deadlines" | "feed" | "health" | "reprobes" | "state">,
  { logs, heardElsewhere }: Parts,
): SilenceWatch {
  return new SilenceWatch({
    deadlines,
    log: logs.log,
    askProber: (id) => reprobes.request(id, "silence"),
    isFresh: () => feed.freshness() === "fresh",
    heardFrom: (origin) => health.lastHeard(idsAt(state.get(), origin)),
    ...(heardElsewhere !== undefined && { heardElsewhere }),
  });
}

function idsAt({ config }: RoutingState, origin: string): readonly string[] {
  return config.deployments.filter(({ backend }) => backend.base.origin === origin).map(({ id }) => id);
}

/** Who hears of attempts and requests; of attempts first the one that the others read by. */
function composeObservers(
  { feed, metrics, rejections, reprobes, requests }: Omit<Composed, "realtime" | "runner">,
  { alsoObserving, clock, logs, random, settings }: Parts & ObservedToo,
) {
  const requestLog = new RequestLog(logs, rejections, random);
  const healthObserver = new HealthObserver({
    clock,
    probeIntervalMs: () => feed.snapshot?.intervalMs ?? settings.config.prober.intervalMs,
    reprobe: (id) => reprobes.request(id, "fault"),
  });
  return {
    healthObserver,
    attemptObservers: [new AttemptTrail(), healthObserver, metrics, requestLog, new IgnoredFields(logs.log)],
    requestObservers: [metrics, requestLog, requests, ...alsoObserving],
  };
}

interface ObservedToo {
  readonly alsoObserving: readonly RequestObserver[];
}

/** Who routes, sends, observes and retries. */
function composeRunners(
  built: Omit<Composed, "realtime" | "runner">,
  access: Access,
  parts: Parts & ObservedToo & { readonly tlsOf: TlsOf },
): Pick<Composed, "realtime" | "runner"> {
  const { activity, bodies, deadlines, feed, pools, retryBudget } = built;
  const { pending, ratios, silence, state, tokens, visitors } = built;
  const { source, clock, random, logs, transport } = parts;
  const { attemptObservers, healthObserver, requestObservers } = composeObservers(built, parts);
  const router = new Router({ state, feed, clock, random });
  // Where spans are kept, which may be from some reload on.
  built.tracing.attach({ attempts: attemptObservers, requests: requestObservers });
  const { log } = logs;
  const isDraining = () => activity.draining || activity.successor !== null;
  const dispatcher = new Dispatcher({
    state,
    source,
    transport: transport ?? pools,
    deadlines,
    silence,
    truncations: new TruncationWatch(clock, ratios),
    observers: attemptObservers,
    clock,
    log,
    isDraining,
  });
  const shared = {
    ...access,
    visitors,
    bodies,
    deadlines,
    isDraining,
    router,
    acquit: (error: UpstreamError) => healthObserver.acquit(error),
    budget: retryBudget,
    tokens,
    state,
    pending,
    clock,
    random,
  };
  return {
    runner: new Runner({ observers: requestObservers, clock, log }, pipeline({ ...shared, dispatcher })),
    realtime: new LazyRealtime({
      ...shared,
      source,
      tlsOf: parts.tlsOf,
      attemptObservers,
      requestObservers,
      tracing: built.tracing,
      log,
    }),
  };
}
