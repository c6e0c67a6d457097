import type { IncomingMessage } from "node:http";
import type { BodyMemory } from "../body/body-memory.ts";
import { receiveBody, type BodyFailure } from "../body/receive-body.ts";
import { RequestBody } from "../body/request-body.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Deadlines } from "../upstream/deadlines.ts";
import type { RequestContext } from "./request-context.ts";
import { SUSPENDED, type Flow, type Stage } from "./stage.ts";

export interface ReceiveDeps {
  readonly bodies: BodyMemory;
  readonly deadlines: Deadlines;
}

/** Reads the body, bounded in size and in what its sender may hold. It may be there at once. */
export function receive({ bodies, deadlines }: ReceiveDeps, flow: Flow): Stage {
  return (ctx) => {
    const encoding = unreadEncoding(ctx.incoming);
    if (encoding !== null) return { kind: "unsupported_encoding", found: encoding };
    const hold = bodies.open(holderOf(ctx));
    const terms = { maxBytes: ctx.state.config.gateway.maxBodyBytes, hold, deadlines };
    receiveBody(ctx.incoming, terms, {
      onBody: (bytes) => {
        ctx.receivedAt = deadlines.now();
        const body = new RequestBody(bytes, () => hold.release());
        // Whom nobody waits for any more keeps no memory.
        if (ctx.ended) body.release();
        else ctx.body = body;
        flow.resume(ctx, null);
      },
      onBodyFailed: (failure) => flow.resume(ctx, explainBody(failure)),
    });
    return SUSPENDED;
  };
}

/** The content coding of a body, where it has one; null where its bytes are what they say. */
export function unreadEncoding({ headers }: Pick<IncomingMessage, "headers">): string | null {
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding === "" || encoding.toLowerCase() === "identity") return null;
  return encoding;
}

/** With one key for all, or none, those that share an address share memory. */
function holderOf({ principal, incoming }: RequestContext): string {
  return principal.kind === "key" ? principal.id : (incoming.socket.remoteAddress ?? "");
}

/** Why there is no body, as the app is told. */
export function explainBody(failure: BodyFailure): GatewayError {
  if (failure.kind !== "body_memory") return failure;
  return { kind: "body_memory_full", scope: failure.scope, retryAfterSeconds: failure.retryAfterS };
}
