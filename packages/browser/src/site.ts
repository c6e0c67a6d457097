import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startProber } from "@rollcall/prober";
import { startSimulator, type Simulator, type SimulatorOptions } from "@rollcall/simulator";
import { until } from "@rollcall/testkit";

/** One `model_list` entry in short. */
export interface Entry {
  readonly alias: string;
  readonly model: string;
  readonly base: string;
  readonly id?: string;
  readonly info?: object;
}

export interface Written {
  readonly prober?: object;
  readonly gateway?: object;
}

/** The text of a config file: JSON is YAML. */
export function writeConfig(entries: readonly Entry[], { prober = {}, gateway = {} }: Written = {}): string {
  return JSON.stringify({
    model_list: entries.map(({ alias, model, base, id, info }) => ({
      model_name: alias,
      litellm_params: { model: `openai/${model}`, api_base: `${base}/v1` },
      model_info: { ...(id !== undefined && { id }), ...info },
    })),
    rollcall: { state: { file: "state/rollcall.json" }, prober: { interval: "1s", ...prober }, gateway },
  });
}

/** A prober in this process with simulated backends, in a directory of its own. */
export class Site {
  readonly directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-page-"));
  readonly configFile = path.join(this.directory, "config.yaml");
  readonly closing = new AbortController();
  readonly #ends: (() => Promise<unknown> | void)[] = [];

  async simulator(options: SimulatorOptions): Promise<Simulator> {
    const simulator = await startSimulator(options);
    this.onClose(() => simulator.close());
    return simulator;
  }

  write(text: string): void {
    writeFileSync(this.configFile, text);
  }

  /** Resolves with its address once its first round is over. */
  async prober(entries: readonly Entry[], written: Written = {}): Promise<string> {
    this.write(writeConfig(entries, written));
    const url = await this.begin();
    await until(async () => !/initial probe round/.test(await textOf(`${url}/readyz`)), 20_000);
    return url;
  }

  /** Resolves with its address as soon as it listens. */
  async begin(host = "127.0.0.1"): Promise<string> {
    const { configFile } = this;
    const prober = await startProber({ configFile, env: {}, host, port: 0, logLevel: "silent" });
    this.onClose(() => prober.stop());
    return prober.url;
  }

  onClose(end: () => Promise<unknown> | void): void {
    this.#ends.unshift(end);
  }

  async close(): Promise<void> {
    this.closing.abort();
    for (const end of this.#ends) await end();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}
