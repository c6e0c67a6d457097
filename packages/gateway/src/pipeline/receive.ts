import { RequestBody } from "../body/request-body.ts";
import { readBody } from "../body/read-body.ts";
import { SUSPENDED, type Flow, type Stage } from "./stage.ts";

export function receive(flow: Flow): Stage {
  return (ctx) => {
    void readBody(ctx.incoming, ctx.state.config.gateway.maxBodyBytes).then((result) => {
      if (result.ok) ctx.body = new RequestBody(result.value, () => {});
      flow.resume(ctx, result.ok ? null : result.error);
    });
    return SUSPENDED;
  };
}
