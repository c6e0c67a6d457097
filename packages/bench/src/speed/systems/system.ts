import type { Peer } from "../../peers/peer.ts";
import type { Site } from "../site.ts";

/** A system that runs in front of a site's backends. */
export interface RunningSystem {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** What its clients send beside the content type. */
  readonly headers: Readonly<Record<string, string>>;
  /** The processes whose CPU and memory count, with all that descends from them. */
  readonly pids: readonly number[];
  /** Processes that work beside them and are counted apart: a prober. */
  readonly asidePids?: readonly number[];
  /** Takes over a good config that differs from the one before, while it runs. */
  readonly reload?: (revision: number) => Promise<void>;
  stop(): Promise<void>;
}

/** How many scenarios something takes part in: a run is to end within the half hour. */
export type Part = "every" | "main" | "basic";

export interface System extends Peer {
  readonly part: Part;
  /** Of a scenario's streams, 0 to 1: slow ones get fewer. */
  readonly share: number;
  /** CPU time that it needs to compile its hot paths, in seconds; nothing counts before that. */
  readonly warmCpuSeconds?: number;
  /** One line about how it is set up, for readers of the tables. */
  readonly setup: string;
  /** Resolves as soon as its processes run; `untilAnswering` says when it can be used. */
  start(site: Site): Promise<RunningSystem>;
}
