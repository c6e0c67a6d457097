import type { Server } from "node:http";
import type { Gateway } from "./gateway.ts";

const LOOK_MS = 25;

/**
 * Stops taking connections and waits for what is under way, at most as long as the config says. True: everything ended by
 * itself. Kept-alive connections that carry nothing are closed, or `close()` would wait for them too.
 */
export async function drain(gateway: Gateway, server: Server): Promise<boolean> {
  gateway.draining = true;
  const { clock, log, view } = gateway;
  const deadline = clock.now() + view.get().config.gateway.drainMs;
  const closing = Promise.withResolvers<"closed">();
  server.close(() => closing.resolve("closed"));
  while (clock.now() < deadline) {
    server.closeIdleConnections();
    const outcome = await Promise.race([closing.promise, clock.sleep(LOOK_MS)]);
    if (outcome === "closed") return true;
  }
  log.warn({ inFlight: gateway.inFlight.total }, "drain time is over: running requests are cut");
  server.closeAllConnections();
  await closing.promise;
  return false;
}
