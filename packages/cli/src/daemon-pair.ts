import { entryPoint, readStandardInput, STANDARD_INPUT, systemClock } from "@rollcall/runtime";
import { DaemonProcess, type DaemonProcessOptions } from "./daemon-process.ts";

export interface DaemonPairOptions extends Pick<DaemonProcessOptions, "onLine" | "onError"> {
  /** `-` for standard input, which both then get. */
  readonly config: string;
  readonly host?: string;
  /** For the gateway alone, instead of `host`. */
  readonly gatewayHost?: string;
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
    const { config, host, gatewayHost = host, port, proberPort, logLevel, workers } = options;
    const { env, onLine, onError } = options;
    const common = ["--config", config, ...flag("--log-level", logLevel)];
    // A daemon that is started again needs it again.
    const input = config === STANDARD_INPUT ? readStandardInput() : null;
    const start = (name: "gateway" | "prober", more: readonly string[]) =>
      new DaemonProcess(
        { name, args: [PROGRAMS[name], ...common, ...more], env, input },
        { clock: systemClock, onLine, onError },
      );
    this.#prober = start("prober", [...flag("--host", host), ...flag("--port", proberPort)]);
    this.#gateway = start("gateway", [
      ...flag("--host", gatewayHost),
      ...flag("--port", port),
      ...flag("--workers", workers),
    ]);
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
