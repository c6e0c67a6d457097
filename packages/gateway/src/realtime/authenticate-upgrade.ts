import type { IncomingHttpHeaders } from "node:http";
import type { Authenticator } from "../pipeline/authenticate.ts";
import type { Stage } from "../pipeline/stage.ts";
import type { Visitors } from "../pipeline/visitors.ts";
import { keyIn, readSubProtocols } from "./sub-protocols.ts";

/** As for every request; where no header has a key, a sub-protocol may. */
export function authenticateUpgrade(authenticator: Authenticator, visitors: Pick<Visitors, "refuse">): Stage {
  return (ctx) => {
    const { headers } = ctx.incoming;
    const principal = identify(authenticator, headers);
    if (typeof principal === "string") return { kind: principal };
    ctx.principal = principal;
    return principal.kind === "anonymous" ? visitors.refuse(headers) : null;
  };
}

function identify(authenticator: Authenticator, headers: IncomingHttpHeaders) {
  const principal = authenticator.authenticate(headers);
  if (principal !== "no_key") return principal;
  const key = keyIn(readSubProtocols(headers["sec-websocket-protocol"]));
  return key === null ? principal : authenticator.authenticate({ authorization: `Bearer ${key}` });
}
