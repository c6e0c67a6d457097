import type { Clock, Environment } from "@rollcall/contract";
import { systemClock } from "./clock.ts";
import type { Log } from "./log.ts";
import { notifyBySystemdNotify, type Notify } from "./systemd-notify.ts";

/** What a daemon reports of itself. */
export interface ServiceStatus {
  /** May units that are ordered after this one start? */
  isReady(): boolean;
  /** One line for `systemctl status`. */
  summary(): string;
  /** False: it hangs, and only a restart helps. `now` is in monotonic milliseconds. */
  isHealthy(now: number): boolean;
}

export interface SystemdOptions {
  readonly notify: Notify;
  /** Its monotonic milliseconds are since boot, as systemd counts them. */
  readonly clock: Clock;
  readonly log: Log;
  /** systemd ends a service that has been silent for so long; null: it does not watch. */
  readonly watchdogMs: number | null;
}

const LOOK_MS = 1_000;
const LOOK_UNTIL_READY_MS = 100;

/** A start must not depend on others: so long they are waited for, far below systemd's own 90 s. */
const PATIENCE_MS = 10_000;

const MAX_STATUS_LENGTH = 200;

/** Reports readiness, status and health to systemd. */
export class Systemd {
  readonly #options: SystemdOptions;
  readonly #service: ServiceStatus;
  readonly #ended = new AbortController();
  #ready = false;
  #stopping = false;
  #status = "";
  #fedAt = Number.NEGATIVE_INFINITY;
  #failing = false;
  #missing = false;
  /** Messages leave one after the other: READY after RELOADING, and never the other way round. */
  #sent: Promise<void> = Promise.resolve();
  #following: Promise<void> = Promise.resolve();

  constructor(service: ServiceStatus, options: SystemdOptions) {
    this.#service = service;
    this.#options = options;
  }

  start(): void {
    this.#following = this.#follow();
  }

  /** To be called once the config has been read again. */
  reloaded(): void {
    if (!this.#ready || this.#stopping) return;
    const microseconds = Math.round(this.#options.clock.monotonic() * 1_000);
    void this.#send(["RELOADING=1", `MONOTONIC_USEC=${microseconds}`]);
    void this.#send(["READY=1", ...this.#newStatus()]);
  }

  /** The service drains; until it has ended, status and health are still reported. */
  stopping(): void {
    this.#stopping = true;
    void this.#send(["STOPPING=1", ...this.#newStatus()]);
  }

  /** Resolves once nothing is on its way any more. */
  async end(): Promise<void> {
    this.#ended.abort();
    await this.#following;
    await this.#sent;
  }

  async #follow(): Promise<void> {
    const { clock, watchdogMs } = this.#options;
    const { signal } = this.#ended;
    const began = clock.monotonic();
    const look = Math.min(LOOK_MS, watchdogMs === null ? LOOK_MS : watchdogMs / 4);
    while (!signal.aborted) {
      const variables = [...this.#newReady(began), ...this.#newStatus(), ...this.#newSignOfLife()];
      if (variables.length > 0) await this.#send(variables);
      await clock.sleep(this.#ready ? look : Math.min(look, LOOK_UNTIL_READY_MS), signal);
    }
  }

  #newReady(began: number): readonly string[] {
    if (this.#ready || this.#stopping) return [];
    this.#ready = this.#service.isReady() || this.#options.clock.monotonic() - began >= PATIENCE_MS;
    return this.#ready ? ["READY=1"] : [];
  }

  #newStatus(): readonly string[] {
    const status = oneLine(this.#service.summary());
    if (status === this.#status) return [];
    this.#status = status;
    return [`STATUS=${status}`];
  }

  /** Twice as often as systemd wants it; where it is refused once, asked again at the next look. */
  #newSignOfLife(): readonly string[] {
    const { clock, watchdogMs } = this.#options;
    const now = clock.monotonic();
    // Asked at every look, since it may judge by what has changed since the last one.
    const healthy = this.#service.isHealthy(now);
    if (watchdogMs === null || now - this.#fedAt < watchdogMs / 2) return [];
    // What is being ended need not work any more.
    if (!healthy && !this.#stopping) return [];
    this.#fedAt = now;
    return ["WATCHDOG=1"];
  }

  #send(variables: readonly string[]): Promise<void> {
    this.#sent = this.#sent.then(() => this.#notify(variables));
    return this.#sent;
  }

  /** Reported once: the service works without systemd's knowing. */
  async #notify(variables: readonly string[]): Promise<void> {
    if (this.#missing) return;
    const { notify, log } = this.#options;
    try {
      await notify(variables);
      this.#failing = false;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      this.#missing = code === "ENOENT";
      if (this.#missing)
        log.error("systemd-notify is not installed; systemd will not see readiness or health");
      else if (!this.#failing)
        log.error({ code }, "systemd-notify failed; systemd will not see readiness or health");
      this.#failing = true;
    }
  }
}

/** A line break would begin another variable. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is to go
  const line = text.replaceAll(/[\u0000-\u001f\u007f]+/g, " ");
  return line.length <= MAX_STATUS_LENGTH ? line : `${line.slice(0, MAX_STATUS_LENGTH - 1)}…`;
}

/** Reports this process to systemd, and every SIGHUP; null where no unit of `Type=notify` started it. */
export function startSystemd(
  service: ServiceStatus,
  { env, log }: { readonly env: Environment; readonly log: Log },
): Systemd | null {
  if ((env["NOTIFY_SOCKET"] ?? "") === "") return null;
  const systemd = new Systemd(service, {
    notify: notifyBySystemdNotify(env),
    clock: systemClock,
    log,
    watchdogMs: watchdogOf(env, process.pid),
  });
  systemd.start();
  // The process ends with the service: nothing to let go of.
  process.on("SIGHUP", () => systemd.reloaded());
  return systemd;
}

/** Milliseconds; null where systemd does not watch, or watches another process of the unit. */
export function watchdogOf(env: Environment, pid: number): number | null {
  const watched = env["WATCHDOG_PID"];
  if (watched !== undefined && watched !== String(pid)) return null;
  const microseconds = Number(env["WATCHDOG_USEC"]);
  return Number.isFinite(microseconds) && microseconds > 0 ? microseconds / 1_000 : null;
}
