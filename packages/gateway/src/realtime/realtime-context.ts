import { findTarget } from "../routing/table.ts";
import { ServerResponse } from "node:http";
import { realtime } from "@rollcall/contract";
import { readOverrides } from "../body/overrides.ts";
import { RequestBody } from "../body/request-body.ts";
import { RequestContext, type Accepted } from "../pipeline/request-context.ts";
import type { AppSide } from "./app-side.ts";
import { readUpgradeTarget, type UpgradeTarget } from "./upgrade-target.ts";

const EMPTY = Buffer.alloc(0);

/** A WebSocket from its upgrade to its end, as one request. */
export class RealtimeContext extends RequestContext {
  readonly app: AppSide;
  readonly target: UpgradeTarget;
  /** The app was greeted by us, before there was a backend. */
  isGreeted = false;

  constructor(accepted: Omit<Accepted, "endpoint" | "outgoing" | "pathModel" | "pathId">, app: AppSide) {
    // Nothing is written to it: `AppSide` answers.
    super({
      ...accepted,
      outgoing: new ServerResponse(accepted.incoming),
      endpoint: realtime,
      pathModel: null,
      pathId: null,
    });
    this.app = app;
    this.target = readUpgradeTarget(accepted.incoming.url ?? "");
    this.body = new RequestBody(EMPTY, () => {});
  }

  /** The model is known. */
  name(model: string): void {
    this.fields = {
      model,
      stream: true,
      name: { start: 0, end: 0, form: "text", sent: model },
      spans: {},
    };
    this.overrides = readOverrides(
      { body: EMPTY, fields: this.fields, headers: this.incoming.headers },
      this.state.config,
    );
    this.meant = model;
    this.alias = findTarget(this.state.table, model)?.alias ?? "";
  }
}

/** The stages of this pipeline are given no other. */
export function realtimeOf(ctx: RequestContext): RealtimeContext {
  if (!(ctx instanceof RealtimeContext)) throw new Error("a request without a WebSocket");
  return ctx;
}
