import { VERDICTS } from "@rollcall/contract";
import { Cell, LogLevelControl, NO_FAULT, silentLog, type KeyHeaders } from "@rollcall/runtime";
import { HttpSnapshotWriter } from "@rollcall/snapshot";
import { Events } from "../src/events.ts";
import { mayReadDetails } from "../src/http/details.ts";
import type { ProberHttp } from "../src/http/context.ts";
import type { ProberHarness } from "./prober-harness.ts";

/** What the routes of this prober answer from: on loopback and in the best of health, but for what is given. */
export function httpOf(
  { prober, settings, clock }: ProberHarness,
  given: Partial<ProberHttp> = {},
): ProberHttp {
  const { host = "127.0.0.1" } = given;
  const refusal = (headers: KeyHeaders) => mayReadDetails(headers, { host, settings });
  return {
    clock,
    prober,
    settings,
    events: new Events(),
    snapshots: new HttpSnapshotWriter({ kind: VERDICTS, clock, refusal }),
    source: { status: new Cell(NO_FAULT) },
    host,
    draining: () => false,
    rejections: { add: () => {} },
    log: silentLog,
    logLevel: new LogLevelControl([], null),
    ...given,
  };
}
