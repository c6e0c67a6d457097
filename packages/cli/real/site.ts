import { chat, eventually, temporary, up, type RunningPair } from "../test/harness.ts";

export interface Verdict {
  readonly reason: string;
  readonly detail: string;
  readonly hint: string;
  /** All that is told of the deployment. */
  readonly all: string;
}

/** Prober and gateway in front of a real server, as a person would run them. */
export class RealSite {
  readonly #pair: RunningPair;
  readonly #files: { remove(): void };

  private constructor(pair: RunningPair, files: { remove(): void }) {
    this.#pair = pair;
    this.#files = files;
  }

  static async start(config: string): Promise<RealSite> {
    const files = temporary({ "config.yaml": config });
    return new RealSite(await up(files.path("config.yaml")), files);
  }

  get gateway(): string {
    return this.#pair.gateway;
  }

  async verdict(alias: string): Promise<Verdict> {
    const [found] = await this.#deploymentsOf(alias);
    if (found === undefined) throw new Error(`there is no deployment of ${alias}`);
    return { ...found, all: JSON.stringify(found) };
  }

  /** Of every deployment of an alias. */
  async reasons(alias: string): Promise<readonly string[]> {
    return (await this.#deploymentsOf(alias)).map(({ reason }) => reason);
  }

  async #deploymentsOf(alias: string): Promise<readonly Omit<Verdict, "all">[]> {
    const { deployments } = (await (await fetch(`${this.#pair.prober}/status`)).json()) as {
      deployments: readonly (Omit<Verdict, "all"> & { readonly alias: string })[];
    };
    return deployments.filter((one) => one.alias === alias);
  }

  /** Waits until an alias is called so, and tells how long it took. */
  async becomes(
    alias: string,
    reason: string,
    withinMs = 60_000,
  ): Promise<Verdict & { readonly ms: number }> {
    const began = performance.now();
    let last: Verdict | null = null;
    try {
      return await eventually(async () => {
        last = await this.verdict(alias);
        return last.reason === reason && { ...last, ms: Math.round(performance.now() - began) };
      }, withinMs);
    } catch {
      throw new Error(`${alias} is not ${reason} but ${JSON.stringify(last)} after ${withinMs} ms`);
    }
  }

  /** Why an app gets 503 for an alias, once the gateway has heard of it. */
  async refuses(alias: string): Promise<string | null> {
    const { reason } = await eventually(async () => {
      const answer = await chat(this.gateway, { model: alias });
      return answer.status === 503 && answer.reason !== "unknown" && answer;
    });
    return reason;
  }

  async stop(): Promise<void> {
    await this.#pair.command.stop();
    this.#files.remove();
  }
}

/** One entry of a config. */
export interface RealEntry {
  readonly alias: string;
  readonly name: string;
  readonly url: string;
  readonly key?: string;
}

export function configOf(entries: readonly RealEntry[]): string {
  const list = entries.map(
    ({ alias, name, url, key = "k" }) => `  - model_name: ${alias}
    litellm_params: { model: openai/${name}, api_base: "${url}/v1", api_key: ${key}, stream_timeout: 10 }`,
  );
  return `model_list:
${list.join("\n")}
litellm_settings: { num_retries: 2 }
general_settings: { master_key: sk-test }
rollcall:
  prober: { interval: 1s, not_ready_interval: 500ms, stall_time: 5s }
  state: { file: state/snapshot.json }
`;
}
