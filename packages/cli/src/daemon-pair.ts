import { entryPoint, readStandardInput, STANDARD_INPUT, systemClock } from "@rollcall/runtime";
import { DaemonProcess, type DaemonProcessOptions } from "./daemon-process.ts";

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

/** Prober and gateway, and control where there are virtual keys, as supervised processes. */
export class DaemonPair {
  readonly #gateway: DaemonProcess;
  readonly #prober: DaemonProcess;
  readonly #control: DaemonProcess | null;
  /** Resolves with the exit code once one of them is gone for good; the others are then to be stopped. */
  readonly ended: Promise<number>;

  constructor(options: DaemonPairOptions) {
    const { config, host, gatewayHost = host, port, proberPort, logLevel, workers } = options;
    const { control, controlPort, env, onLine, onError } = options;
    const common = ["--config", config, ...flag("--log-level", logLevel)];
    // A daemon that is started again needs it again.
    const input = config === STANDARD_INPUT ? readStandardInput() : null;
    const start = (name: keyof typeof PROGRAMS, more: readonly string[]) =>
      new DaemonProcess(
        { name, args: [PROGRAMS[name], ...common, ...more], env, input },
        { clock: systemClock, onLine, onError },
      );
    // First: a gateway that starts with the keys there has no time in which it knows none.
    this.#control =
      control === true ? start("control", [...flag("--host", host), ...flag("--port", controlPort)]) : null;
    this.#prober = start("prober", [...flag("--host", host), ...flag("--port", proberPort)]);
    this.#gateway = start("gateway", [
      ...flag("--host", gatewayHost),
      ...flag("--port", port),
      ...flag("--workers", workers),
    ]);
    this.ended = Promise.race(this.#all.map(({ ended }) => ended));
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
    const control = (await this.#control?.stop()) ?? 0;
    return [gateway, prober, control].find((code) => code !== 0) ?? 0;
  }

  stopNow(): void {
    for (const daemon of this.#all) void daemon.stop();
  }

  get #all(): readonly DaemonProcess[] {
    return [this.#gateway, this.#prober, ...(this.#control === null ? [] : [this.#control])];
  }
}

function flag(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}
