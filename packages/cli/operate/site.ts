import { startSimulator, type Simulator } from "@rollcall/simulator";
import { eventually, RunningCommand, temporary } from "../test/harness.ts";
import { CappedBackend } from "./capped-backend.ts";
import { KEY } from "./traffic.ts";

export const CAP = 4;

/** A config with `chat` (fast), `slow` (streams) and `capped` (four at once), and what serves them. */
export class Site {
  readonly #fast: Simulator;
  readonly #slow: Simulator;
  readonly #files: ReturnType<typeof temporary>;
  readonly capped: CappedBackend;
  readonly config: string;

  private constructor(parts: { fast: Simulator; slow: Simulator; capped: CappedBackend }, rollcall: object) {
    this.#fast = parts.fast;
    this.#slow = parts.slow;
    this.capped = parts.capped;
    this.#files = temporary({ "config.yaml": this.#write(rollcall) });
    this.config = this.#files.path("config.yaml");
  }

  static async open(rollcall: object = {}): Promise<Site> {
    const [fast, slow, capped] = await Promise.all([
      startSimulator({ servedNames: ["chat"], tokensPerSecond: 0 }),
      startSimulator({ servedNames: ["slow"], tokensPerSecond: 5 }),
      CappedBackend.open(150),
    ]);
    return new Site({ fast, slow, capped }, rollcall);
  }

  async close(): Promise<void> {
    await Promise.all([this.#fast.close(), this.#slow.close()]);
    this.capped.close();
    this.#files.remove();
  }

  async startProber(): Promise<RunningCommand> {
    const prober = new RunningCommand(["prober", "-c", this.config, "--port", "0"]);
    await prober.sees(/"msg":"prober listens"/, 60_000);
    return prober;
  }

  #write(rollcall: object): string {
    return JSON.stringify({
      model_list: [
        entry("chat", this.#fast.url),
        entry("slow", this.#slow.url),
        entry("capped", this.capped.url, { max_parallel_requests: CAP }),
      ],
      general_settings: { master_key: KEY },
      // What serves them shares this machine with the load: it is not to be found slow meanwhile.
      rollcall: { state: { file: "state.json" }, prober: { interval: "60s" }, ...rollcall },
    });
  }
}

/** Waits until all models can be called. */
export async function whenAllReady(url: string): Promise<void> {
  await eventually(async () => {
    const text = await (await fetch(`${url}/readyz?verbose`, { headers: { connection: "close" } })).text();
    return ["chat", "slow", "capped"].every((alias) => text.includes(`${alias}: 1 ready`));
  }, 60_000);
}

function entry(name: string, url: string, more: object = {}): object {
  return { model_name: name, litellm_params: { model: `openai/${name}`, api_base: url, ...more } };
}
