import { fileURLToPath } from "node:url";
import { systemClock } from "@rollcall/runtime";
import { SupervisedChild, type SupervisorOptions } from "./supervisor.ts";

export interface PairOptions {
  readonly config: string;
  readonly host?: string;
  readonly port?: number;
  readonly proberPort?: number;
  readonly logLevel?: string;
  readonly workers?: number | "auto";
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine: SupervisorOptions["onLine"];
  readonly onError: SupervisorOptions["onError"];
}

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

/** Prober and gateway as two supervised processes. */
export class Pair {
  readonly #gateway: SupervisedChild;
  readonly #prober: SupervisedChild;
  readonly #urls = { gateway: Promise.withResolvers<string>(), prober: Promise.withResolvers<string>() };
  /** Resolves with the exit code once one of them is gone for good; the other is then to be stopped. */
  readonly ended: Promise<number>;

  constructor(options: PairOptions) {
    const { config, host, port, proberPort, logLevel, workers, env } = options;
    const common = ["--config", config, ...flag("--log-level", logLevel), ...flag("--host", host)];
    const supervision = {
      clock: systemClock,
      onError: options.onError,
      onLine: (line: string, name: string) => {
        this.#hear(line);
        options.onLine(line, name);
      },
    };
    const child = (name: "gateway" | "prober", more: readonly string[]) =>
      new SupervisedChild({ name, args: [MAIN, name, ...common, ...more], env }, supervision);
    this.#prober = child("prober", flag("--port", proberPort));
    this.#gateway = child("gateway", [...flag("--port", port), ...flag("--workers", workers)]);
    this.ended = Promise.race([this.#prober.ended, this.#gateway.ended]);
  }

  /** Where the gateway listens, once it does. */
  get gatewayUrl(): Promise<string> {
    return this.#urls.gateway.promise;
  }

  get proberUrl(): Promise<string> {
    return this.#urls.prober.promise;
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

  /** Each daemon logs its address when it listens: with port 0 nobody else knows it. */
  #hear(line: string): void {
    const match = /"service":"(gateway|prober)","address":"([^"]+)"/.exec(line);
    if (match?.[2] === undefined) return;
    this.#urls[match[1] as "gateway" | "prober"].resolve(match[2]);
  }
}

function flag(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}
