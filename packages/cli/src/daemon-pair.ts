import { entryPoint, systemClock } from "@rollcall/runtime";
import { DaemonProcess, type DaemonProcessOptions } from "./daemon-process.ts";

export interface DaemonPairOptions extends Pick<DaemonProcessOptions, "onLine" | "onError"> {
  readonly config: string;
  readonly host?: string;
  readonly port?: number;
  readonly proberPort?: number;
  readonly logLevel?: string;
  readonly workers?: number | "auto";
  readonly env: Readonly<Record<string, string | undefined>>;
}

const PROGRAMS = {
  gateway: entryPoint("gateway", () => new URL("programs/gateway.ts", import.meta.url)),
  prober: entryPoint("prober", () => new URL("programs/prober.ts", import.meta.url)),
};

/** Prober and gateway as two supervised processes. */
export class DaemonPair {
  readonly #gateway: DaemonProcess;
  readonly #prober: DaemonProcess;
  /** Resolves with the exit code once one of them is gone for good; the other is then to be stopped. */
  readonly ended: Promise<number>;

  constructor(options: DaemonPairOptions) {
    const { config, host, port, proberPort, logLevel, workers, env, onLine, onError } = options;
    const common = ["--config", config, ...flag("--log-level", logLevel), ...flag("--host", host)];
    const start = (name: "gateway" | "prober", more: readonly string[]) =>
      new DaemonProcess(
        { name, args: [PROGRAMS[name], ...common, ...more], env },
        { clock: systemClock, onLine, onError },
      );
    this.#prober = start("prober", flag("--port", proberPort));
    this.#gateway = start("gateway", [...flag("--port", port), ...flag("--workers", workers)]);
    this.ended = Promise.race([this.#prober.ended, this.#gateway.ended]);
  }

  /** Where the gateway listens, once it does. */
  get gatewayUrl(): Promise<string> {
    return this.#gateway.url;
  }

  get proberUrl(): Promise<string> {
    return this.#prober.url;
  }

  /** The gateway first, while the prober still tells it whom to send its last requests to. Asked twice, both end at once. */
  async stop(): Promise<number> {
    const gateway = await this.#gateway.stop();
    const prober = await this.#prober.stop();
    return gateway === 0 ? prober : gateway;
  }

  stopNow(): void {
    void this.#gateway.stop();
    void this.#prober.stop();
  }
}

function flag(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}
