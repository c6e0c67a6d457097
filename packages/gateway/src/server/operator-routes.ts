import { listensOnlyHere } from "@rollcall/contract";
import {
  LEVELS_EXPECTED,
  LOGGING_PATH,
  orderLogLevel,
  tellLogLevel,
  type LogLevel,
  type LogLevelControl,
} from "@rollcall/runtime";
import type { Hono, MiddlewareHandler } from "hono";
import type { RequestLookup } from "../explain/request-explanation.ts";
import type { Services } from "../main/services.ts";
import { answer, reject } from "./answers.ts";
import type { GatewayEnv } from "./gateway-env.ts";

/** What operators ask of all workers, whichever of them is asked. */
export interface Operating {
  readonly explain: (requestId: string) => Promise<RequestLookup>;
  readonly logLevel: Pick<LogLevelControl, "by" | "level">;
  readonly orderLogLevel: (level: LogLevel | null) => void;
}

/** For holders of the master key: why a request went where it went, and how much is logged. */
export function addOperatorRoutes(app: Hono<GatewayEnv>, services: Services, operating: Operating): void {
  const guard = operatorsOnly(services.host);
  app.get("/explain/request/:id", guard, async (c) => {
    const lookup = await operating.explain(c.req.param("id"));
    return answer(c, lookup, lookup.found === null ? 404 : 200);
  });
  const { logLevel: level, orderLogLevel: order } = operating;
  app.get(LOGGING_PATH, guard, (c) => answer(c, tellLogLevel(level)));
  app.post(LOGGING_PATH, guard, (c) => {
    const asked = c.req.query("level");
    const done = orderLogLevel(asked, { level, order, log: services.log });
    if (done !== null) return answer(c, done);
    const found = asked === undefined ? "nothing" : JSON.stringify(asked);
    return reject(c, { kind: "invalid_parameter", name: "level", found, expected: LEVELS_EXPECTED });
  });
}

/** The master key, or where there is none a program on this machine. */
function operatorsOnly(host: string): MiddlewareHandler<GatewayEnv> {
  return async (c, next) => {
    const { kind } = c.get("principal");
    const mayAsk = kind === "master" || (kind === "anonymous" && listensOnlyHere(host));
    if (!mayAsk) return reject(c, { kind: "route_denied", path: c.req.path });
    await next();
    return undefined;
  };
}
