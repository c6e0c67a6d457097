import { endSessions } from "../main/drain.ts";
import type { Services } from "../main/services.ts";
import type { Doors } from "../server/doors.ts";
import { heldOf, type Held } from "./held.ts";
import type { Taking } from "./generation.ts";

const LOOK_MS = 25;

/** What was taken and not sent by then is waited for by none: then only what is under way is held. */
const PENDING_MS = 1_000;

type Retiring = Pick<Services, "activity" | "clock" | "health" | "log" | "realtime" | "state">;

/**
 * Ends this process's part of a generation that was handed over: accepts no more, passes late requests on, and lets what is
 * under way end, at most as long as a drain. A connection that is kept alive stays until its next answer, which says to
 * close it, or until it was idle for too long. True: everything ended by itself.
 */
export async function retire(services: Retiring, doors: Doors, { door, tell }: Taking): Promise<boolean> {
  const { activity, clock, log, realtime, state } = services;
  const began = clock.monotonic();
  const deadline = began + state.get().config.gateway.drainMs;
  activity.successor = door;
  const closed = doors.shut().then(() => "closed" as const);
  const holding = new Holding(services);
  tell(holding.look(true) ?? {});
  log.info({ requests: activity.answering }, "handed over to the next generation; open requests go on");
  do {
    realtime.opened?.sessions.restartQuiet();
    const outcome = await Promise.race([closed, clock.sleep(LOOK_MS)]);
    const held = holding.look(clock.monotonic() - began < PENDING_MS);
    if (held !== null) tell(held);
    if (outcome === "closed") return true;
  } while (clock.monotonic() < deadline);
  if (activity.answering === 0) {
    doors.cut();
    await closed;
    return true;
  }
  log.warn({ requests: activity.answering }, "drain time is over; cutting open requests");
  await endSessions(services, closed);
  doors.cut();
  await closed;
  return false;
}

/** What this process keeps of each deployment, ever less. */
class Holding {
  readonly #services: Retiring;
  #told = "";

  constructor(services: Retiring) {
    this.#services = services;
  }

  /** What is held now, where that has changed; this process itself is bound by it from now on. */
  look(mayPend: boolean): Held | null {
    const { activity, health, state } = this.#services;
    const pending = mayPend ? Math.max(0, activity.answering - activity.relaying - health.inFlight) : 0;
    const held: Record<string, number> = {};
    for (const { id, maxParallel: cap } of state.get().config.deployments) {
      const { inFlight, elsewhere } = health.of(id);
      const count = heldOf({ cap, elsewhere, inFlight, pending });
      if (cap !== null) health.of(id).elsewhere = cap - count;
      if (count > 0) held[id] = count;
    }
    const text = JSON.stringify(held);
    if (text === this.#told) return null;
    this.#told = text;
    return held;
  }
}
