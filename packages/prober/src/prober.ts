import type { Backend, Clock, Endpoint, Snapshot } from "@rollcall/contract";
import type { Cell, Log, Secrets, Settings } from "@rollcall/runtime";
import pLimit, { type LimitFunction } from "p-limit";
import { courteousDelay, firstDelay, nextDelay } from "./judge/due.ts";
import type { DrainOrder } from "./remember/drains.ts";
import { instantOf } from "./remember/instant.ts";
import { targetsOf, type Target } from "./remember/target.ts";
import { EndpointFinder } from "./endpoint-finder.ts";
import { endLoop, LEAST_BETWEEN_MS, noteSuspicion, type Loop } from "./loop.ts";
import { Events } from "./events.ts";
import { probeAndEvaluate } from "./probe-and-evaluate.ts";
import { Fleet, type Transition } from "./fleet.ts";
import { PublishLoop } from "./publish-loop.ts";
import type { ProberMetrics } from "./metrics.ts";
import type { Network } from "./ask/network.ts";
import type { Publisher } from "./publisher.ts";
import { logTransition } from "./report.ts";

export interface ProberOptions {
  readonly settings: Cell<Settings>;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: () => number;
  readonly publisher: Publisher;
  readonly log: Log;
  readonly metrics: ProberMetrics;
  /** Those that servers are asked for. */
  readonly endpoints: readonly Endpoint[];
  /** The last snapshot of an earlier run: what it knew holds until it is asked again. */
  readonly previous: Snapshot | null;
  /** Looks whether the settings changed just now; `now` is monotonic. */
  readonly refresh: (now: number) => boolean;
}

/**
 * Probes in rounds: one loop a target, each with its own deadline, so that a hanging one costs only itself. A new config
 * ends the loops of what changed and begins others.
 */
export class Prober {
  readonly fleet = new Fleet();
  readonly events = new Events();
  readonly #options: ProberOptions;
  readonly #stop = new AbortController();
  readonly #loops = new Map<string, Loop>();
  readonly #asked = new Set<string>();
  readonly #publishing: PublishLoop;
  readonly #finder: EndpointFinder;
  #limit: LimitFunction;
  #secrets: Secrets | null = null;
  #unsubscribe: () => void = () => {};
  readonly #initialRound = Promise.withResolvers<void>();
  /** True once every backend was asked, or had the time to be. */
  initialRoundDone = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#publishing = new PublishLoop({ ...options, fleet: this.fleet, signal: this.#stop.signal });
    this.#limit = pLimit(options.settings.get().config.prober.concurrency);
    this.#finder = new EndpointFinder({
      ...options,
      fleet: this.fleet,
      settings: () => options.settings.get(),
      limit: (work) => this.#limit(work),
      onFound: () => this.#publishSoon(),
    });
  }

  get metrics(): ProberMetrics {
    return this.#options.metrics;
  }

  /** What Prometheus scrapes. */
  printMetrics(): Promise<string> {
    const { clock, metrics, publisher } = this.#options;
    return metrics.print(this.fleet, { now: clock.monotonic(), writtenAt: publisher.writtenAt });
  }

  /** When the last snapshot that is safely written was made, monotonic; null before the first. */
  get writtenAt(): number | null {
    return this.#options.publisher.writtenAt;
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
    void this.#publishing.heartbeat(() => this.initialRoundDone);
    // Until the initial probe round is done the snapshot of an earlier run serves better than a list of unknowns.
    const patience = settings.get().config.prober.timeoutMs + settings.get().config.prober.intervalMs;
    void clock.sleep(patience, this.#stop.signal).then(() => this.#finishInitialRound());
  }

  /** Resolves once nothing is being written any more. */
  stop(): Promise<void> {
    this.#stop.abort();
    this.#initialRound.resolve();
    this.#unsubscribe();
    for (const loop of this.#loops.values()) endLoop(loop);
    this.#loops.clear();
    return this.#options.publisher.close();
  }

  #adopt({ config, secrets }: Settings, previous: Snapshot | null): void {
    const { clock, log } = this.#options;
    this.#report(this.fleet.adopt(config, previous, instantOf(clock)));
    this.#limit.concurrency = config.prober.concurrency;
    const wanted = new Map(config.backends.flatMap(targetsOf).map((target) => [target.id, target]));
    for (const [id, loop] of this.#loops) {
      if (wanted.has(id)) continue;
      endLoop(loop);
      this.#loops.delete(id);
      this.#asked.delete(id);
    }
    for (const target of wanted.values()) {
      const known = this.#loops.get(target.id);
      if (known !== undefined) {
        known.target = target;
        // A rotated key and an edited entry are tried at once; what did not change keeps its rhythm.
        if (this.#keyChanged(target.backend, secrets) || this.#hasUnasked(target.id)) known.wake.abort();
        continue;
      }
      const loop: Loop = {
        target,
        end: new AbortController(),
        wake: new AbortController(),
        askedAt: Number.NEGATIVE_INFINITY,
        isAwaited: false,
        suspectedAt: [],
      };
      this.#loops.set(target.id, loop);
      void this.#loop(loop);
    }
    log.info(
      { deployments: config.deployments.length, backends: config.backends.length },
      "config applied; probing backends",
    );
    this.#secrets = secrets;
    this.#publishSoon();
  }

  #hasUnasked(targetId: string): boolean {
    return this.fleet.historiesOn(targetId).some(({ verdict }) => verdict.reason === "unknown");
  }

  #keyChanged({ apiKey, headers }: Backend, secrets: Secrets): boolean {
    const before = this.#secrets;
    return [apiKey, ...headers.values()].some((ref) => before?.value(ref) !== secrets.value(ref));
  }

  /**
   * A deployment is probed now instead of at its time. False where there is none, or it just was. Where requests have
   * failed, gateways suspect it; a stream that is silent for a second proves nothing yet.
   */
  probeSoon(deploymentId: string, { isSuspect = true }: { isSuspect?: boolean } = {}): boolean {
    const { clock, settings } = this.#options;
    const deployment = settings.get().config.deployments.find(({ id }) => id === deploymentId);
    const targets = deployment === undefined ? [] : targetsOf(deployment.backend);
    const now = clock.monotonic();
    const loops = targets.map(({ id }) => this.#loops.get(id)).filter((loop) => loop !== undefined);
    if (isSuspect) for (const loop of loops) noteSuspicion(loop, now);
    const due = loops.filter(({ askedAt }) => now - askedAt >= LEAST_BETWEEN_MS);
    for (const loop of due) {
      loop.isAwaited = true;
      loop.wake.abort();
    }
    return due.length > 0;
  }

  /**
   * Drains deployments or gives them back. Resolves once gateways can see it, with false where it could not be written, so
   * that a restart may forget it.
   */
  async order(order: DrainOrder): Promise<boolean> {
    this.#report(this.fleet.order(order, instantOf(this.#options.clock)));
    // Of what was not asked yet the snapshot of an earlier run knows more.
    if (this.fleet.verdicts().some(({ reason }) => reason === "unknown")) await this.#initialRound.promise;
    return this.#publishing.now();
  }

  async #loop(loop: Loop): Promise<void> {
    const { clock, random, settings } = this.#options;
    const { signal } = loop.end;
    const { metrics } = this;
    let delay = firstDelay(this.#loops.size, settings.get().config.prober, random());
    let due = clock.monotonic() + delay;
    await clock.sleep(delay, signal);
    while (!signal.aborted) {
      loop.wake = new AbortController();
      await this.#limit(() => {
        loop.askedAt = clock.monotonic();
        metrics.began(loop.askedAt - due);
        return this.#ask(loop);
      });
      this.#finder.probed(loop.target, signal);
      const { prober } = settings.get().config;
      const histories = this.fleet.historiesOn(loop.target.id);
      const moment = { now: clock.monotonic(), random: random() };
      delay = courteousDelay(nextDelay(histories, prober, moment), loop.target.backend);
      due = clock.monotonic() + delay;
      await clock.sleep(delay, loop.wake.signal);
    }
  }

  async #ask(loop: Loop): Promise<void> {
    const { target, end, isAwaited, suspectedAt } = loop;
    const { signal } = end;
    if (signal.aborted) return;
    loop.isAwaited = false;
    const { clock, log, metrics, network, refresh, settings } = this.#options;
    const { fleet } = this;
    const refusedBefore = this.#refusals(target);
    try {
      const evaluated = await probeAndEvaluate(target, {
        fleet,
        network,
        clock,
        refresh,
        signal,
        suspectedAt,
        settings: () => settings.get(),
      });
      if (evaluated === null) return;
      metrics.probed(evaluated.result);
      this.#report(evaluated.changes);
      this.#asked.add(target.id);
      // Counted against the config of now: it may have changed while the answer was awaited.
      if (!this.initialRoundDone && this.#asked.size >= this.#loops.size) this.#finishInitialRound();
      if (isAwaited) this.#publishing.renew(fleet.historiesOn(target.id));
      if (evaluated.changes.length > 0 || isAwaited || this.#refusals(target) !== refusedBefore)
        this.#publishSoon();
    } catch (error) {
      // A bug of ours in judging one answer must not end the loop of this target or of any other.
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      log.error({ error: message, stack }, "internal error in a probe; retrying at the next interval");
    }
  }

  #report(changes: readonly Transition[]): void {
    const { clock, log, metrics } = this.#options;
    for (const change of changes) {
      logTransition(log, change);
      metrics.changed(change);
      this.events.record(change.before, change.after, clock.now());
    }
  }

  /** Since when its port refuses connections, as its verdicts have it. */
  #refusals({ id }: Target): string {
    return this.fleet
      .historiesOn(id)
      .map(({ verdict }) => verdict.refusedSince)
      .join();
  }

  #finishInitialRound(): void {
    if (this.initialRoundDone || this.#stop.signal.aborted) return;
    this.initialRoundDone = true;
    this.#initialRound.resolve();
    this.#publishSoon();
  }

  #publishSoon(): void {
    if (this.initialRoundDone) this.#publishing.soon();
  }
}
