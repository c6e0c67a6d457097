import type { Clock } from "@rollcall/contract";
import type { Cell, Log, SettingsSource } from "@rollcall/runtime";
import type { Breakers } from "./breakers.ts";
import type { Ejections } from "./ejections.ts";
import type { GatewayMetrics } from "./metrics.ts";
import type { SnapshotFeed } from "./snapshot-feed.ts";
import type { RetryBudget } from "./routing/retry-budget.ts";
import type { TellProber } from "./tell-prober.ts";
import type { Traffic } from "./traffic.ts";
import type { Deadlines } from "./upstream/deadlines.ts";
import type { InFlight } from "./upstream/in-flight.ts";
import type { Pools } from "./upstream/pools.ts";
import type { View } from "./view.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** The gateway's state: what a request reads, and what outlives every request and every reload. */
export interface Gateway {
  readonly view: Cell<View>;
  readonly source: Pick<SettingsSource, "status" | "refresh">;
  readonly feed: SnapshotFeed;
  readonly pools: Pools;
  readonly inFlight: InFlight;
  readonly ejections: Ejections;
  readonly breakers: Breakers;
  readonly tellProber: TellProber;
  readonly traffic: Traffic;
  readonly deadlines: Deadlines;
  readonly retryBudget: RetryBudget;
  readonly waitingRoom: WaitingRoom;
  readonly metrics: GatewayMetrics;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** A line for every request, where the config wants them. */
  readonly accessLog: Log;
  /** Requests whose answer is not at its end, those that are refused included. */
  answering: number;
  /** Set once, at the beginning of the end. */
  draining: boolean;
}
