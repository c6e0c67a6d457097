import { readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { request } from "undici";
import { freePort } from "@rollcall/testkit";
import { type Bed, FIRST_KEY, MODEL } from "../bed.ts";
import { Child } from "../../peers/child.ts";
import { ROLLCALL_MAIN, ROLLCALL_PEER } from "../../peers/rollcall.ts";
import {
  FIRST_BYTE_SECONDS,
  IDLE_SECONDS,
  PROBE_SECONDS,
  type RunningSystem,
  type SystemKind,
} from "./system.ts";

const CLIENT_KEY = "sk-bench";

export const ROLLCALL: SystemKind = {
  ...ROLLCALL_PEER,
  perSecond: 120,
  setup: "gateway and prober as two processes; num_retries 2, the rest as it comes",
  abilities: [
    "useKey",
    "reload",
    "breakConfig",
    "terminate",
    "restart",
    "killProber",
    "startProber",
    "tearSnapshot",
  ],
  start: async (bed) => {
    const rollcall = new Rollcall(bed, { gateway: await freePort(), prober: await freePort() });
    await Promise.all([rollcall.startGateway(), rollcall.startProber()]);
    return rollcall.running();
  },
};

/** Gateway and prober in front of a bed, as a person would run them. */
class Rollcall {
  readonly #bed: Bed;
  readonly #ports: { readonly gateway: number; readonly prober: number };
  readonly #url: string;
  #gateway: Child | null = null;
  #prober: Child | null = null;

  constructor(bed: Bed, ports: { readonly gateway: number; readonly prober: number }) {
    this.#bed = bed;
    this.#ports = ports;
    this.#url = `http://127.0.0.1:${ports.gateway}`;
    this.#useKey(FIRST_KEY);
    this.#configure(0);
  }

  async startGateway(): Promise<void> {
    this.#gateway = this.#run("gateway");
    await this.#gateway.sees(/gateway listens/);
  }

  async startProber(): Promise<void> {
    this.#prober = this.#run("prober");
    await this.#prober.sees(/prober listens/);
  }

  running(): RunningSystem {
    return {
      url: this.#url,
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      reasons: () => this.#reasons(),
      stop: async () => {
        await this.#gateway?.stop();
        await this.#prober?.stop();
      },
      can: {
        useKey: async (key) => this.#useKey(key),
        reload: async (revision) => this.#configure(revision),
        breakConfig: async () => writeFileSync(this.#file("config.yaml"), "model_list: [{model_name: 1,\n"),
        terminate: async () => (await this.#gateway?.stop()) ?? "gone",
        restart: () => this.startGateway(),
        killProber: async () => void (await this.#prober?.stop("SIGKILL")),
        startProber: () => this.startProber(),
        tearSnapshot: async () => {
          const file = this.#file("state.json");
          truncateSync(file, Math.floor(readFileSync(file).length / 2));
        },
      },
    };
  }

  #run(daemon: "gateway" | "prober"): Child {
    const config = ["--config", this.#file("config.yaml"), "--port", String(this.#ports[daemon])];
    return new Child(process.execPath, [ROLLCALL_MAIN, daemon, ...config]);
  }

  #file(name: string): string {
    return path.join(this.#bed.directory, name);
  }

  #useKey(key: string): void {
    // As those that rotate do it, synced and renamed: what is written in place counts only once it rests for 200 ms.
    writeFileSync(this.#file("key.next"), `${key}\n`, { mode: 0o600, flush: true });
    renameSync(this.#file("key.next"), this.#file("key"));
  }

  #configure(revision: number): void {
    // The weight is the same for all: a change that is real and alters nothing.
    const entries = this.#bed.replicas.map(
      ({ url }) => `  - model_name: ${MODEL}
    litellm_params:
      model: openai/${MODEL}
      api_base: ${url}/v1
      api_key: file/key
      weight: ${1 + (revision % 7)}
      timeout: ${FIRST_BYTE_SECONDS}
      stream_timeout: ${FIRST_BYTE_SECONDS}`,
    );
    const text = `model_list:
${entries.join("\n")}
litellm_settings: { num_retries: 2 }
general_settings: { master_key: ${CLIENT_KEY} }
rollcall:
  prober: { interval: ${PROBE_SECONDS}s, not_ready_interval: ${PROBE_SECONDS}s }
  gateway: { idle_timeout: ${IDLE_SECONDS}s }
  state: { file: state.json }
`;
    writeFileSync(this.#file("config.yaml"), text);
  }

  /** The gateway's own account: "out: ID REASON, ID REASON", and lines that begin with [!]. */
  async #reasons(): Promise<readonly string[]> {
    const { body } = await request(`${this.#url}/readyz?verbose`);
    const lines = (await body.text()).split("\n");
    const out = lines.flatMap((line) => /, out: (.*)$/.exec(line)?.[1]?.split(", ") ?? []);
    const said = lines.flatMap(
      (line) => /^\[!\] (snapshot is stale|the config file has errors)/.exec(line)?.[1] ?? [],
    );
    return [...out.flatMap((one) => one.split(" ")[1] ?? []), ...said];
  }
}
