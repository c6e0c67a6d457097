import type { Clock } from "@rollcall/contract";
import type { Cell, Settings } from "@rollcall/runtime";
import type { Fleet } from "./fleet.ts";
import type { DeploymentHistory } from "./remember/deployment-history.ts";
import type { Publisher } from "./publisher.ts";

interface PublishLoopOptions {
  readonly settings: Cell<Settings>;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly fleet: Pick<Fleet, "verdicts">;
  readonly signal: AbortSignal;
}

/** Times what it took to print the last snapshot: so long nothing is printed, heartbeats aside. */
const QUIET_FACTOR = 4;

/** When snapshots go out: changes soon, all of one moment together, and a heartbeat every interval. */
export class PublishLoop {
  readonly #options: PublishLoopOptions;
  /** Deployments whose evidence goes out though it may say the same as before. */
  readonly #reprobed = new Set<string>();
  #pending = false;
  /** Monotonic. */
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(options: PublishLoopOptions) {
    this.#options = options;
  }

  /** The next snapshot carries the evidence of these even where it says the same: somebody asked for it. */
  renew(histories: readonly DeploymentHistory[]): void {
    for (const { verdict } of histories) this.#reprobed.add(verdict.deployment);
  }

  /** What changes in one turn of the event loop goes out as one snapshot. */
  soon(): void {
    if (this.#pending) return;
    this.#pending = true;
    setImmediate(() => void this.#inTurn());
  }

  /** At once, whatever the last one took. Resolves with whether it could be written. */
  now(): Promise<boolean> {
    return this.#publish();
  }

  /** Unchanged verdicts are published too: they say that the prober lives. Ends with the signal. */
  async heartbeat(mayPublish: () => boolean): Promise<void> {
    const { clock, settings, signal } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(settings.get().config.prober.intervalMs, signal);
      if (mayPublish() && !signal.aborted) await this.#publish();
    }
  }

  /** To print the verdicts of ten thousand deployments takes a while: with all its changes it may not take all time. */
  async #inTurn(): Promise<void> {
    const { clock, signal } = this.#options;
    const wait = this.#quietUntil - clock.monotonic();
    if (wait > 0) await clock.sleep(wait, signal);
    this.#pending = false;
    if (!signal.aborted) await this.#publish();
  }

  #publish(): Promise<boolean> {
    const { clock, fleet, publisher, settings } = this.#options;
    const { config } = settings.get();
    const start = clock.monotonic();
    const written = publisher.publish({
      verdicts: fleet.verdicts(),
      config: config.checksum,
      intervalMs: config.prober.intervalMs,
      reprobed: new Set(this.#reprobed),
    });
    this.#reprobed.clear();
    const end = clock.monotonic();
    this.#quietUntil = end + QUIET_FACTOR * Math.floor(end - start);
    return written;
  }
}
