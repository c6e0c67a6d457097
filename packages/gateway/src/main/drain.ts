import type { Doors } from "../server/doors.ts";
import type { Services } from "./services.ts";

const LOOK_MS = 25;

/** A request that was sent as the end began has this long to arrive; then a silent connection is only a silent one. */
const ARRIVE_MS = 1_000;

/** A WebSocket's client has so long to answer a close. */
const CLOSE_MS = 1_000;

/**
 * Says "not ready", goes on for as long as load balancers need to notice, then takes no more connections and waits for
 * what is under way, at most as long as the config says. True: everything ended by itself. Kept-alive connections that
 * carry nothing are closed, or they would be waited for too. Where somebody else keeps the port, connections would wait there
 * for nobody: they are answered 503. A WebSocket has no end of its own: it is closed between
 * two answers, with the code that says to connect again.
 */
export async function drain(services: Services, doors: Doors): Promise<boolean> {
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
  const isQuiet = () => activity.answering === 0 && clock.monotonic() - began >= ARRIVE_MS;
  if (doors.isPortKept) {
    activity.refusing = true;
    while (!isQuiet() && clock.monotonic() < deadline) {
      realtime.opened?.sessions.restartQuiet();
      await clock.sleep(LOOK_MS);
    }
  }
  const closing = doors.shut().then(() => "closed" as const);
  do {
    doors.closeIdle();
    realtime.opened?.sessions.restartQuiet();
    if (isQuiet()) doors.cut();
    const outcome = await Promise.race([closing, clock.sleep(LOOK_MS)]);
    if (outcome === "closed") return true;
  } while (clock.monotonic() < deadline);
  log.warn({ requests: health.inFlight }, "drain time is over; cutting open requests");
  doors.cut();
  await endSessions(services, closing);
  await closing;
  return false;
}

/** Those in the middle of an answer are told, and have a moment to close. */
export async function endSessions(
  { clock, realtime }: Pick<Services, "clock" | "realtime">,
  closed: Promise<unknown>,
): Promise<void> {
  const { opened } = realtime;
  if (opened === null) return;
  opened.sessions.restartAll();
  await Promise.race([closed, clock.sleep(CLOSE_MS)]);
  opened.sessions.cutAll();
}
