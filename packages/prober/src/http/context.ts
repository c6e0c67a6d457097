import type { Cell, Log, LogLevelControl, RejectionLog, Settings, SettingsSource } from "@rollcall/runtime";
import type { Clock, Snapshot, Verdict } from "@rollcall/contract";
import type { HttpSnapshotWriter } from "@rollcall/snapshot";
import type { Events } from "../events.ts";
import type { Prober } from "../prober.ts";

/** What the routes answer from. */
export interface ProberHttp {
  readonly clock: Clock;
  readonly prober: Prober;
  /** What it published last, for gateways that follow it over HTTP. */
  readonly snapshots: Pick<HttpSnapshotWriter<Snapshot, Verdict>, "answer">;
  readonly events: Pick<Events, "list" | "newest" | "oldest">;
  readonly settings: Cell<Settings>;
  readonly source: Pick<SettingsSource, "status">;
  /** The address listened on: how wide decides who may read details. */
  readonly host: string;
  /** True once the process was asked to stop. */
  readonly draining: () => boolean;
  readonly rejections: Pick<RejectionLog, "add">;
  readonly log: Log;
  readonly logLevel: LogLevelControl;
}
