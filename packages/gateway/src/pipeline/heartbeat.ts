import type { Config } from "@rollcall/contract";
import type { Deadlines } from "../upstream/deadlines.ts";
import { StreamHeartbeat } from "../upstream/relay/stream-heartbeat.ts";
import type { Stage } from "./stage.ts";

export interface HeartbeatDeps {
  readonly deadlines: Deadlines;
  readonly isDraining: () => boolean;
}

/** Keeps streams heard from while they wait, in the queue or for a backend. */
export function heartbeat({ gateway: { streamHeartbeatMs: everyMs } }: Config, deps: HeartbeatDeps): Stage {
  return (ctx) => {
    if (ctx.fields.stream) ctx.heartbeat = new StreamHeartbeat(ctx, { everyMs, ...deps });
    return null;
  };
}
