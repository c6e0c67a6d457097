import type { Deadline, Deadlines } from "../upstream/deadlines.ts";
import type { RealtimeSession } from "./realtime-session.ts";

/** Half of what load balancers allow a silent connection, as a rule. */
const BEAT_MS = 30_000;

/** A backend that has said nothing for so long is in no answer. */
const QUIET_MS = 1_000;

/** All that are open. */
export class Sessions implements Deadline {
  expiresAt = 0;
  place = -1;
  readonly #open = new Set<RealtimeSession>();
  readonly #closing = new Set<RealtimeSession>();
  readonly #deadlines: Deadlines;

  constructor(deadlines: Deadlines) {
    this.#deadlines = deadlines;
  }

  add(session: RealtimeSession): void {
    this.#open.add(session);
    if (this.place === -1) this.#nextBeat();
  }

  delete(session: RealtimeSession): void {
    this.#open.delete(session);
    if (this.#open.size === 0) this.#deadlines.delete(this);
  }

  onExpired(): void {
    for (const session of this.#open) session.beat();
    if (this.#open.size > 0) this.#nextBeat();
  }

  /** Ends those that are between two answers. To be called again until none is left. */
  restartQuiet(): void {
    for (const session of this.#open) if (session.quietMs() >= QUIET_MS) this.#restart(session);
  }

  /** Ends all, in the middle of answers too. */
  restartAll(): void {
    for (const session of this.#open) this.#restart(session);
  }

  /** Those that were told and have not closed. */
  cutAll(): void {
    for (const session of this.#closing) session.cut();
    this.#closing.clear();
  }

  #restart(session: RealtimeSession): void {
    this.#closing.add(session);
    session.restart();
  }

  #nextBeat(): void {
    this.expiresAt = this.#deadlines.now() + BEAT_MS;
    this.#deadlines.add(this);
  }
}
