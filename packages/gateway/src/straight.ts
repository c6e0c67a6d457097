import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse } from "./call.ts";
import type { Gateway } from "./gateway.ts";
import type { ExpectedKey } from "./middleware/expected-key.ts";
import { idOf } from "./middleware/request-id.ts";
import { forward } from "./request/forward.ts";
import { MODEL_ROUTES } from "./routes/paths.ts";

/** A Host that needs no second look; HTTP/1.0 sends none. */
const PLAIN_HOST = /^[a-z0-9._-]+(?::[1-5]?\d{4})?$/;

const ROUTES: ReadonlyMap<string, string> = new Map(
  MODEL_ROUTES.flatMap((route) => [
    [`/v1${route}`, route],
    [route, route],
  ]),
);

const FAILED = "request failed inside the gateway";

/**
 * The way of almost every request, which a router and two middlewares would make a twentieth dearer: a POST to a model route
 * with the right key is forwarded at once. False: it is anything else, or to be refused, and the app's to answer.
 */
export function forwardStraight(
  gateway: Gateway,
  expected: ExpectedKey,
  { incoming, outgoing }: { incoming: IncomingMessage; outgoing: ServerResponse },
): boolean {
  const { headers, method, url = "" } = incoming;
  const route = method === "POST" ? ROUTES.get(url) : undefined;
  if (route === undefined || expected.judge(headers) !== null) return false;
  if (headers.host !== undefined && !PLAIN_HOST.test(headers.host)) return false;
  const call = { incoming, outgoing, requestId: idOf(headers), startedAt: gateway.clock.monotonic() };
  forward(gateway, call, route).catch((fault: unknown) => {
    gateway.log.error({ fault: fault instanceof Error ? fault.stack : String(fault) }, FAILED);
    refuse(call, { kind: "internal" });
  });
  return true;
}
