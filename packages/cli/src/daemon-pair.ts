import { entryPoint, readStandardInput, STANDARD_INPUT, systemClock } from "@rollcall/runtime";
import { DaemonProcess, type DaemonProcessOptions, type DaemonSpec } from "./daemon-process.ts";

export interface DaemonPairOptions extends Pick<DaemonProcessOptions, "onLine" | "onError"> {
  /** `-` for standard input, which all then get. */
  readonly config: string;
  readonly host?: string;
  /** For the gateway alone, instead of `host`. */
  readonly gatewayHost?: string;
  readonly port?: number;
  readonly proberPort?: number;
  readonly controlPort?: number;
  /** Run control too: the config has virtual keys. */
  readonly control?: boolean;
  readonly logLevel?: string;
  readonly workers?: number | "auto";
  readonly env: Readonly<Record<string, string | undefined>>;
}

const PROGRAMS = {
  control: entryPoint("control", () => new URL("programs/control.ts", import.meta.url)),
  gateway: entryPoint("gateway", () => new URL("programs/gateway.ts", import.meta.url)),
  prober: entryPoint("prober", () => new URL("programs/prober.ts", import.meta.url)),
};

type Name = keyof typeof PROGRAMS;

/** Prober and gateway, and control where there are virtual keys, as supervised processes. */
export class DaemonPair {
  readonly #options: DaemonPairOptions;
  readonly #running = new Map<Name, DaemonProcess>();
  /** Older generations of the gateway, until their requests have ended. */
  readonly #older = new Set<DaemonProcess>();
  readonly #ended = Promise.withResolvers<number>();
  #restarting: Promise<void> | null = null;
  #isStopping = false;
  /** Resolves with the exit code once one of them is gone for good; the others are then to be stopped. */
  readonly ended = this.#ended.promise;

  constructor(options: DaemonPairOptions) {
    this.#options = options;
    // First: a gateway that starts with the keys there has no time in which it knows none.
    if (options.control === true) this.#start("control");
    this.#start("prober");
    this.#start("gateway");
  }

  /** Where the gateway listens, once it does. */
  get gatewayUrl(): Promise<string> {
    return this.#get("gateway").url;
  }

  get proberUrl(): Promise<string> {
    return this.#get("prober").url;
  }

  /**
   * Starts all of them anew, by the programs and the config as they are now. The gateway first, beside the one that runs: where
   * it cannot start, all goes on as it was.
   */
  restart(): Promise<void> {
    this.#restarting ??= this.#restart().finally(() => (this.#restarting = null));
    return this.#restarting;
  }

  /** The gateway first, while the prober still tells it whom to send its last requests to. Asked twice, both end at once. */
  async stop(): Promise<number> {
    this.#isStopping = true;
    const gateways = await Promise.all([this.#get("gateway"), ...this.#older].map((one) => one.stop()));
    const prober = (await this.#running.get("prober")?.stop()) ?? 0;
    const control = (await this.#running.get("control")?.stop()) ?? 0;
    return [...gateways, prober, control].find((code) => code !== 0) ?? 0;
  }

  stopNow(): void {
    for (const daemon of [...this.#running.values(), ...this.#older]) void daemon.stop();
  }

  async #restart(): Promise<void> {
    const older = this.#get("gateway");
    const next = await older.handOver(this.#spec("gateway"));
    if (next === null) {
      this.#options.onError("gateway: the next one does not start; the running one goes on\n");
      return;
    }
    this.#older.add(older);
    void older.ended.then(() => this.#older.delete(older));
    this.#put("gateway", next);
    for (const name of ["control", "prober"] as const) {
      const daemon = this.#running.get(name);
      if (daemon === undefined || this.#isStopping) continue;
      this.#running.delete(name);
      await daemon.stop();
      await this.#start(name).url;
    }
  }

  #start(name: Name): DaemonProcess {
    const { onLine, onError } = this.#options;
    return this.#put(name, new DaemonProcess(this.#spec(name), { clock: systemClock, onLine, onError }));
  }

  /** Until another one has its place, its end is the end of all. */
  #put(name: Name, daemon: DaemonProcess): DaemonProcess {
    this.#running.set(name, daemon);
    void daemon.ended.then((code) => {
      if (this.#running.get(name) === daemon) this.#ended.resolve(code);
    });
    return daemon;
  }

  #get(name: Name): DaemonProcess {
    const daemon = this.#running.get(name);
    if (daemon === undefined) throw new Error(`${name} is not running`);
    return daemon;
  }

  #spec(name: Name): DaemonSpec {
    const {
      config,
      host,
      gatewayHost = host,
      port,
      proberPort,
      controlPort,
      logLevel,
      workers,
    } = this.#options;
    const own: Readonly<Record<Name, readonly string[]>> = {
      control: [...flag("--host", host), ...flag("--port", controlPort)],
      prober: [...flag("--host", host), ...flag("--port", proberPort)],
      gateway: [...flag("--host", gatewayHost), ...flag("--port", port), ...flag("--workers", workers)],
    };
    return {
      name,
      args: [PROGRAMS[name], "--config", config, ...flag("--log-level", logLevel), ...own[name]],
      env: this.#options.env,
      // A daemon that is started again needs it again.
      input: config === STANDARD_INPUT ? readStandardInput() : null,
    };
  }
}

function flag(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}
