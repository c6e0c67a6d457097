import type { Log } from "@rollcall/runtime";
import type { DeploymentHealth } from "../health/deployment-health.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { SILENT_MS, silentSince, streamsToEnd } from "./silence.ts";
import { UpstreamAttempt } from "./upstream-attempt.ts";

export interface SilenceDeps {
  readonly deadlines: Deadlines;
  readonly log: Log;
  /** Asks the prober to look at a deployment at once. */
  readonly askProber: (id: string) => void;
  /** Is what the prober says of ports of now? */
  readonly isFresh: () => boolean;
  /** The last byte of answers of this server that have ended, monotonic. */
  readonly heardFrom: (origin: string) => number;
  /** How many milliseconds ago the other workers heard of this server; null where they do not say. Absent: there are none. */
  readonly heardElsewhere?: (origin: string) => Promise<number | null>;
}

/** Silence is looked for this often, and in all streams at once. */
const LOOK_MS = 100;

const NEVER = Number.NEGATIVE_INFINITY;

/** Looks that are so far apart tell that the process stood still, and bytes may wait unread. */
const LATE_MS = 500;

/**
 * Asks the prober to look where a stream has been silent for a second, and ends the streams of servers that are gone. One
 * of the deadlines while anything is under way, so that no event and no stream costs more than the time of its last byte.
 */
export class SilenceWatch implements Deadline {
  expiresAt = 0;
  place = -1;
  readonly #deps: SilenceDeps;
  readonly #askedAt = new WeakMap<DeploymentHealth, number>();
  readonly #asking = new Set<DeploymentHealth>();
  #lookedAt = 0;
  #watchedSince = NEVER;

  constructor(deps: SilenceDeps) {
    this.#deps = deps;
  }

  /** An attempt begins at that moment: from here on there is something to look at. */
  begin(now: number): void {
    if (this.place !== -1) return;
    this.#lookedAt = now;
    this.#goOn(now);
  }

  onExpired(): void {
    const now = this.#deps.deadlines.now();
    if (now - this.#lookedAt > LATE_MS) this.#watchedSince = now;
    this.#lookedAt = now;
    const open = this.#open();
    if (open.length === 0) return;
    this.#goOn(now);
    const silent = open.filter((one) => one.isStream && now - silentSince(one) >= SILENT_MS);
    if (silent.length === 0) return;
    this.#askAbout(silent, open, now);
    this.#endGone(silent, now);
  }

  #goOn(now: number): void {
    this.expiresAt = now + LOOK_MS;
    this.#deps.deadlines.add(this);
  }

  #open(): UpstreamAttempt[] {
    const open: UpstreamAttempt[] = [];
    for (const one of this.#deps.deadlines.pending)
      if (one instanceof UpstreamAttempt && one.isOpen) open.push(one);
    return open;
  }

  /** Once for each silence, for all streams of a deployment together, and at most once a second. */
  #askAbout(silent: readonly UpstreamAttempt[], open: readonly UpstreamAttempt[], now: number): void {
    const heard = new Map<string, number>();
    for (const { origin, heardAt } of open)
      if (heardAt > (heard.get(origin) ?? NEVER)) heard.set(origin, heardAt);
    for (const attempt of silent) {
      const { health, origin } = attempt;
      // To wait for the first byte is usual: only where nobody hears of the server it is worth a look.
      const others = attempt.heardAt > NEVER ? NEVER : Math.max(health.heardAt, heard.get(origin) ?? NEVER);
      const dueAt = Math.max(silentSince(attempt), others) + SILENT_MS;
      const askedAt = this.#askedAt.get(health) ?? NEVER;
      if (dueAt > now || dueAt <= askedAt || now - askedAt < SILENT_MS) continue;
      this.#askedAt.set(health, now);
      this.#deps.askProber(health.id);
    }
  }

  #endGone(silent: readonly UpstreamAttempt[], now: number): void {
    const refused = new Set(silent.filter(({ refusedAt }) => refusedAt !== null).map(({ health }) => health));
    if (refused.size === 0 || !this.#deps.isFresh()) return;
    const { heardElsewhere } = this.#deps;
    for (const health of refused) {
      const ending = this.#gone(health, now);
      const [first] = ending;
      if (first === undefined || this.#asking.has(health)) continue;
      if (heardElsewhere === undefined) this.#end(health, ending);
      else void this.#endUnlessHeard(health, heardElsewhere(first.origin));
    }
  }

  /** Another worker may have streams of the same server that go on. */
  async #endUnlessHeard(health: DeploymentHealth, heard: Promise<number | null>): Promise<void> {
    this.#asking.add(health);
    const agoMs = await heard;
    this.#asking.delete(health);
    if (agoMs === null) return;
    const now = this.#deps.deadlines.now();
    health.heard(now - agoMs);
    this.#end(health, this.#gone(health, now));
  }

  #gone(health: DeploymentHealth, now: number): readonly UpstreamAttempt[] {
    const open = this.#open();
    const attempts = open.filter((one) => one.health === health && one.refusedAt !== null);
    const [first] = attempts;
    const refusedAt = first?.refusedAt ?? null;
    if (first === undefined || refusedAt === null) return [];
    const { origin } = first;
    // Whichever of its deployments brought it.
    const heardAt = Math.max(health.heardAt, this.lastHeard(origin));
    return streamsToEnd(attempts, { refusedAt, heardAt, watchedSince: this.#watchedSince }, now);
  }

  #end(health: DeploymentHealth, ending: readonly UpstreamAttempt[]): void {
    if (ending.length === 0) return;
    this.#deps.log.warn(
      { deployment: health.id, streams: ending.length },
      "streams ended: the backend refuses connections and sends nothing any more",
    );
    for (const attempt of ending) attempt.giveUp();
  }

  /** The last byte of a server, of answers under way and of those that have ended; -Infinity where there was none. */
  lastHeard(origin: string): number {
    let last = this.#deps.heardFrom(origin);
    for (const one of this.#open()) if (one.origin === origin) last = Math.max(last, one.heardAt);
    return last;
  }
}
