import { Cell, NO_FAULT } from "@rollcall/runtime";
import { HttpSnapshotWriter } from "@rollcall/state";
import { Events } from "../src/events.ts";
import type { ProberHttp } from "../src/http/context.ts";
import type { ProberHarness } from "./prober-harness.ts";

/** What the routes of this prober answer from: on loopback and in the best of health, but for what is given. */
export function httpOf(
  { prober, settings, clock }: ProberHarness,
  given: Partial<ProberHttp> = {},
): ProberHttp {
  return {
    prober,
    settings,
    events: new Events(),
    snapshots: new HttpSnapshotWriter({ clock }),
    source: { status: new Cell(NO_FAULT) },
    host: "127.0.0.1",
    draining: () => false,
    ...given,
  };
}
