import type { Endpoint, Environment, Snapshot } from "@rollcall/contract";
import { Cell, type Settings } from "@rollcall/runtime";
import { onTestFinished } from "vitest";
import { ProberMetrics } from "../src/metrics.ts";
import { Prober } from "../src/prober.ts";
import { Publisher } from "../src/publisher.ts";
import { configOf, settingsOf, type Entry, type Written } from "./configs.ts";
import { FakeClock, settle } from "@rollcall/testkit";
import { LogRecorder, SnapshotRecorder } from "./recorders.ts";
import { ScriptedBackends } from "./scripted-backends.ts";

export interface HarnessOptions extends Written {
  readonly env?: Environment;
  readonly previous?: Snapshot;
  readonly refresh?: (now: number) => boolean;
  /** Those that servers are asked for: none, unless a test is about them. */
  readonly endpoints?: readonly Endpoint[];
  /** 0..1; 0 makes no delay and no jitter. */
  readonly random?: () => number;
}

/** A prober with a clock of the test's own and scripted backends, not started yet. */
export class ProberHarness {
  readonly clock = new FakeClock();
  readonly backends = new ScriptedBackends(this.clock);
  readonly written = new SnapshotRecorder();
  readonly logged = new LogRecorder();
  readonly settings: Cell<Settings>;
  readonly prober: Prober;
  readonly #env: Environment;

  constructor(entries: readonly Entry[], options: HarnessOptions = {}) {
    this.#env = options.env ?? {};
    this.settings = new Cell(settingsOf(configOf(entries, options), this.#env));
    const { log } = this.logged;
    const metrics = new ProberMetrics();
    this.prober = new Prober({
      refresh: options.refresh ?? (() => false),
      settings: this.settings,
      network: this.backends.network,
      endpoints: options.endpoints ?? [],
      clock: this.clock,
      random: options.random ?? (() => 0),
      publisher: new Publisher({ writer: this.written, clock: this.clock, log, metrics, instance: "this" }),
      log,
      metrics,
      previous: options.previous ?? null,
    });
    onTestFinished(() => this.prober.stop());
  }

  /** Starts, and goes on until the initial probe round is done. */
  async start(ms = 10): Promise<void> {
    this.prober.start();
    await this.clock.advance(ms);
  }

  /** A new config, as after an edit of the file. */
  async use(entries: readonly Entry[], written: Written = {}, env: Environment = this.#env): Promise<void> {
    const { generation } = this.settings.get();
    this.settings.set(settingsOf(configOf(entries, written), env, generation + 1));
    await settle();
  }

  reason(alias: string): string | undefined {
    return this.prober.fleet.verdicts().find((verdict) => verdict.alias === alias)?.reason;
  }
}
