import type { IncomingHttpHeaders } from "node:http";
import type { Principal } from "@rollcall/contract";
import type { Stage } from "./stage.ts";
import type { Visitors } from "./visitors.ts";

/** Says who asks, by the headers alone. */
export interface Authenticator {
  authenticate(headers: IncomingHttpHeaders): Principal | AuthenticationError;
}

export type AuthenticationError =
  | "no_key"
  | "key_malformed"
  | "wrong_key"
  | "unknown_key"
  | "blocked_key"
  | "expired_key"
  | "keys_unavailable";

export function authenticate(authenticator: Authenticator, visitors: Pick<Visitors, "refuse">): Stage {
  return (ctx) => {
    const principal = authenticator.authenticate(ctx.incoming.headers);
    if (typeof principal === "string") return { kind: principal };
    ctx.principal = principal;
    return principal.kind === "anonymous" ? visitors.refuse(ctx.incoming.headers) : null;
  };
}
