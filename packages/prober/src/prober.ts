import { REASONS, type Backend, type Snapshot } from "@rollcall/contract";
import type { Cell, Clock, Log, Secrets, Settings } from "@rollcall/runtime";
import pLimit, { type LimitFunction } from "p-limit";
import type { Ask } from "./ask.ts";
import { firstDelay, nextDelay } from "./decide/due.ts";
import { Fleet, type Transition } from "./fleet.ts";
import type { ProberMetrics } from "./metrics.ts";
import { probe, type ProbeResult } from "./probe.ts";
import type { Publisher } from "./publisher.ts";

export interface ProberOptions {
  readonly settings: Cell<Settings>;
  readonly ask: Ask;
  readonly clock: Clock;
  readonly random: () => number;
  readonly publisher: Publisher;
  readonly log: Log;
  readonly metrics: ProberMetrics;
  /** The last snapshot of an earlier run: what it knew holds until it is asked again. */
  readonly previous: Snapshot | null;
  /** Looks whether the settings changed just now. */
  readonly refresh: (now: number) => boolean;
}

/** One backend's loop, as those outside it know it. */
interface Loop {
  readonly end: AbortController;
  /** Aborted to end the present sleep early. */
  wake: AbortController;
  askedAt: number;
}

/** A suspicion is looked into at once, but not more often than this. */
const LEAST_BETWEEN_MS = 250;

/**
 * Calls the roll: one loop a backend, each with its own deadline, so that a hanging one costs only itself. A new config
 * ends the loops of what changed and begins others.
 */
export class Prober {
  readonly fleet = new Fleet();
  readonly #options: ProberOptions;
  readonly #stop = new AbortController();
  readonly #loops = new Map<string, Loop>();
  readonly #asked = new Set<string>();
  #limit: LimitFunction;
  #secrets: Secrets | null = null;
  #changed = false;
  #unsubscribe: () => void = () => {};
  /** True once every backend was asked, or had the time to be. */
  calledOnce = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#limit = pLimit(options.settings.get().config.prober.concurrency);
  }

  get metrics(): ProberMetrics {
    return this.#options.metrics;
  }

  /** Names this run. */
  get instance(): string {
    return this.#options.publisher.instance;
  }

  /** Where it listens: gateways tell it there of deployments they suspect. */
  set url(url: string) {
    this.#options.publisher.url = url;
  }

  start(): void {
    const { settings, clock } = this.#options;
    this.#adopt(settings.get(), this.#options.previous);
    this.#unsubscribe = settings.subscribe((next) => this.#adopt(next, null));
    void this.#heartbeat();
    // Until the first roll call is over the snapshot of an earlier run serves better than a list of unknowns.
    const patience = settings.get().config.prober.timeoutMs + settings.get().config.prober.intervalMs;
    void clock.sleep(patience, this.#stop.signal).then(() => this.#finishFirstCall());
  }

  /** Resolves once nothing is being written any more. */
  stop(): Promise<void> {
    this.#stop.abort();
    this.#unsubscribe();
    for (const loop of this.#loops.values()) endLoop(loop);
    this.#loops.clear();
    return this.#options.publisher.close();
  }

  #adopt({ config, secrets }: Settings, previous: Snapshot | null): void {
    const { clock, log } = this.#options;
    this.fleet.adopt(config, previous, clock.now());
    this.#limit.concurrency = config.prober.concurrency;
    const wanted = new Map(config.backends.map((backend) => [backend.id, backend]));
    for (const [id, loop] of this.#loops) {
      if (wanted.has(id)) continue;
      endLoop(loop);
      this.#loops.delete(id);
      this.#asked.delete(id);
    }
    for (const backend of wanted.values()) {
      const known = this.#loops.get(backend.id);
      if (known !== undefined) {
        // A rotated key is tried at once; what did not change keeps its rhythm.
        if (this.#keyChanged(backend, secrets)) known.wake.abort();
        continue;
      }
      const loop = { end: new AbortController(), wake: new AbortController(), askedAt: 0 };
      this.#loops.set(backend.id, loop);
      void this.#loop(backend, loop);
    }
    log.info(
      { deployments: config.deployments.length, backends: config.backends.length },
      "calling the roll",
    );
    this.#secrets = secrets;
    if (this.calledOnce) this.#publishSoon();
  }

  #keyChanged({ apiKey, headers }: Backend, secrets: Secrets): boolean {
    const before = this.#secrets;
    return [apiKey, ...headers.values()].some((ref) => before?.value(ref) !== secrets.value(ref));
  }

  /** Asks the backend of a deployment now instead of at its time. False where there is none, or it was just asked. */
  probeSoon(deploymentId: string): boolean {
    const { clock, settings } = this.#options;
    const deployment = settings.get().config.deployments.find(({ id }) => id === deploymentId);
    const loop = deployment === undefined ? undefined : this.#loops.get(deployment.backend.id);
    if (loop === undefined || clock.now() - loop.askedAt < LEAST_BETWEEN_MS) return false;
    loop.wake.abort();
    return true;
  }

  async #loop(backend: Backend, loop: Loop): Promise<void> {
    const { clock, random, settings } = this.#options;
    const { signal } = loop.end;
    await clock.sleep(firstDelay(this.#loops.size, settings.get().config.prober, random()), signal);
    while (!signal.aborted) {
      loop.wake = new AbortController();
      loop.askedAt = clock.now();
      await this.#limit(() => this.#ask(backend, signal));
      const { prober } = settings.get().config;
      await clock.sleep(nextDelay(this.fleet.tracksOn(backend.id), prober, random()), loop.wake.signal);
    }
  }

  async #ask(backend: Backend, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { clock, log, metrics, refresh, settings } = this.#options;
    // Evidence counts from when it was asked for: it cannot speak of what happened later.
    const now = clock.now();
    try {
      const first = await this.#probe(backend, signal);
      // A key that is refused may have been rotated a moment ago: the new one is tried before anything is said.
      const rotated = isRefused(first) && refresh(clock.now());
      const result = rotated ? await this.#probe(backend, signal) : first;
      if (signal.aborted) return;
      metrics.probed(result);
      const changes = this.fleet.record(backend.id, result, {
        thresholds: settings.get().config.prober,
        now,
      });
      for (const change of changes) this.#tell(change);
      this.#asked.add(backend.id);
      // Counted against the config of now: it may have changed while the answer was awaited.
      if (!this.calledOnce && this.#asked.size >= this.#loops.size) this.#finishFirstCall();
      if (changes.length > 0) this.#publishSoon();
    } catch (fault) {
      // A bug of ours in judging one answer must not end the loop of this backend or of any other.
      log.error({ fault: fault instanceof Error ? fault.message : String(fault) }, "probe failed");
    }
  }

  #probe(backend: Backend, signal: AbortSignal): Promise<ProbeResult> {
    const { ask, settings } = this.#options;
    const { config, secrets } = settings.get();
    return probe(backend, { ask, secrets, timeoutMs: config.prober.timeoutMs, signal });
  }

  /** One line a transition, not one a probe. */
  #tell({ before, after }: Transition): void {
    const { log, metrics } = this.#options;
    // Another wrong name is worth a line, but it is no other reason.
    if (after.reason !== before.reason) metrics.changed(after);
    const level = after.reason === "ok" || after.reason === "loading" ? "info" : "warn";
    log[level](
      {
        deployment: after.deployment,
        alias: after.alias,
        from: before.reason,
        to: after.reason,
        detail: after.detail,
        ...(after.reason === "ok" ? {} : { fix: REASONS[after.reason].fix }),
      },
      "deployment changed",
    );
  }

  #finishFirstCall(): void {
    if (this.calledOnce || this.#stop.signal.aborted) return;
    this.calledOnce = true;
    this.#publishSoon();
  }

  /** What changes in one turn of the event loop goes out as one snapshot. */
  #publishSoon(): void {
    if (!this.calledOnce || this.#changed) return;
    this.#changed = true;
    setImmediate(() => {
      this.#changed = false;
      if (!this.#stop.signal.aborted) void this.#publish();
    });
  }

  #publish(): Promise<void> {
    const { settings, publisher } = this.#options;
    const { config } = settings.get();
    return publisher.publish({
      verdicts: this.fleet.verdicts(),
      config: config.checksum,
      intervalMs: config.prober.intervalMs,
    });
  }

  /** Unchanged verdicts are news too: they say that the prober lives. */
  async #heartbeat(): Promise<void> {
    const { clock, settings } = this.#options;
    while (!this.#stop.signal.aborted) {
      await clock.sleep(settings.get().config.prober.intervalMs, this.#stop.signal);
      if (this.calledOnce && !this.#stop.signal.aborted) await this.#publish();
    }
  }
}

function endLoop({ end, wake }: Loop): void {
  end.abort();
  wake.abort();
}

function isRefused({ models }: ProbeResult): boolean {
  return models.kind === "fault" && models.reason === "wrong_key";
}
