import type { Clock } from "@rollcall/contract";
import type { Cell, Log, RejectionLog, SettingsSource } from "@rollcall/runtime";
import type { ControlClient } from "../admin/control-client.ts";
import type { BodyMemory } from "../body/body-memory.ts";
import type { HealthRegistry } from "../health/health-registry.ts";
import type { RequestRing } from "../explain/request-ring.ts";
import type { KeyFeed } from "../keys/key-feed.ts";
import type { GatewayMetrics } from "../observe/metrics.ts";
import type { Authenticator } from "../pipeline/authenticate.ts";
import type { PendingQueue } from "../pipeline/pending-queue.ts";
import type { Visitors } from "../pipeline/visitors.ts";
import type { Runner } from "../pipeline/runner.ts";
import type { LazyRealtime } from "../realtime/lazy-realtime.ts";
import type { RoutingState } from "../routing-state.ts";
import type { SnapshotFeed } from "../probers/snapshot-feed.ts";
import type { TokenCounts } from "../tokens/token-counts.ts";
import type { Tracing } from "../tracing/tracing.ts";
import type { Deadlines } from "../upstream/deadlines.ts";
import type { Pools } from "../upstream/pools.ts";

/** Open requests, and whether more are wanted. */
export interface Activity {
  /** Open requests, including rejected ones still being answered. */
  answering: number;
  /** Connections that are open. */
  connections: number;
  /** Set once, when shutdown starts. */
  draining: boolean;
  /** Set once, when new connections are refused, though the port stays open. */
  refusing: boolean;
  /** Where the next generation takes late requests; null while this one is the newest. */
  successor: string | null;
  /** Of the open requests those that the next generation answers. */
  relaying: number;
}

export function newActivity(): Activity {
  return { answering: 0, connections: 0, draining: false, refusing: false, successor: null, relaying: 0 };
}

/** The parts of a running gateway that others look at: its server, probes, metrics, drain. */
export interface Services {
  readonly state: Cell<RoutingState>;
  readonly source: Pick<SettingsSource, "status">;
  readonly feed: SnapshotFeed;
  readonly health: HealthRegistry;
  readonly bodies: BodyMemory;
  readonly pools: Pools;
  readonly deadlines: Deadlines;
  readonly authenticator: Authenticator;
  /** Null where the config has no virtual keys. */
  readonly keys: KeyFeed | null;
  readonly control: ControlClient | null;
  readonly visitors: Visitors;
  readonly runner: Runner;
  readonly realtime: LazyRealtime;
  readonly tokens: TokenCounts;
  readonly metrics: GatewayMetrics;
  readonly pending: PendingQueue;
  readonly tracing: Tracing;
  readonly rejections: Pick<RejectionLog, "add" | "flush">;
  readonly activity: Activity;
  readonly clock: Clock;
  readonly log: Log;
  /** The address listened on. */
  readonly host: string;
  readonly requests: RequestRing;
}
