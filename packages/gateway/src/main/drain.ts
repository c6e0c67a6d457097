import type { Server } from "node:http";
import type { Services } from "./services.ts";

const LOOK_MS = 25;

/** A request that was sent as the end began has this long to arrive; then a silent connection is only a silent one. */
const ARRIVE_MS = 1_000;

/** A WebSocket's client has so long to answer a close. */
const CLOSE_MS = 1_000;

/**
 * Says "not ready", goes on for as long as load balancers need to notice, then takes no more connections and waits for
 * what is under way, at most as long as the config says. True: everything ended by itself. Kept-alive connections that
 * carry nothing are closed, or `close()` would wait for them too. A WebSocket has no end of its own: it is closed between
 * two answers, with the code that says to connect again.
 */
export async function drain(services: Services, server: Server): Promise<boolean> {
  const { activity, clock, health, log, realtime, state } = services;
  activity.draining = true;
  const { drainMs, settleMs } = state.get().config.gateway;
  log.info(
    { requests: activity.answering, maxMs: drainMs },
    "draining open requests; signal again to exit now",
  );
  if (settleMs > 0) await clock.sleep(settleMs);
  const began = clock.monotonic();
  const deadline = began + drainMs;
  const closing = Promise.withResolvers<"closed">();
  server.close(() => closing.resolve("closed"));
  do {
    server.closeIdleConnections();
    realtime.opened?.sessions.restartQuiet();
    if (activity.answering === 0 && clock.monotonic() - began >= ARRIVE_MS) server.closeAllConnections();
    const outcome = await Promise.race([closing.promise, clock.sleep(LOOK_MS)]);
    if (outcome === "closed") return true;
  } while (clock.monotonic() < deadline);
  log.warn({ requests: health.inFlight }, "drain time is over; cutting open requests");
  server.closeAllConnections();
  await endSessions(services, closing.promise);
  await closing.promise;
  return false;
}

/** Those in the middle of an answer are told, and have a moment to close. */
async function endSessions(
  { clock, realtime }: Pick<Services, "clock" | "realtime">,
  closed: Promise<unknown>,
): Promise<void> {
  const { opened } = realtime;
  if (opened === null) return;
  opened.sessions.restartAll();
  await Promise.race([closed, clock.sleep(CLOSE_MS)]);
  opened.sessions.cutAll();
}
