import { readFile } from "node:fs/promises";
import { request as ask, type Agent } from "node:http";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { eventually, RunningCommand, temporary } from "../test/harness.ts";

export const MASTER = "sk-master-of-the-lane";

export interface SiteOptions {
  /** Gateways, each with so many workers. */
  readonly gateways: readonly number[];
  /** Of the simulated server; as fast as possible, unless told otherwise. */
  readonly tokensPerSecond?: number;
  /** Keys of `rollcall.keys`. */
  readonly keys?: object;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** When it had come, by performance.now(). */
  readonly at: number;
}

export interface Made {
  readonly key: string;
  readonly id: string;
}

/** Control, prober and gateways of one config, each a process of its own, in front of one simulated server. */
export class Site {
  readonly backend: Simulator;
  readonly gateways: RunningGateway[];
  readonly #prober: RunningCommand;
  readonly #files: ReturnType<typeof temporary>;
  control: RunningCommand;

  private constructor(
    parts: Pick<Site, "backend" | "gateways" | "control"> & {
      prober: RunningCommand;
      files: ReturnType<typeof temporary>;
    },
  ) {
    this.backend = parts.backend;
    this.gateways = parts.gateways;
    this.control = parts.control;
    this.#prober = parts.prober;
    this.#files = parts.files;
  }

  static async open({ gateways: workers, tokensPerSecond = 0, keys = {} }: SiteOptions): Promise<Site> {
    const backend = await startSimulator({
      servedNames: ["served"],
      apiKeys: ["sk-backend"],
      tokensPerSecond,
    });
    const entry = (name: string) => ({
      model_name: name,
      litellm_params: { model: "openai/served", api_base: backend.url, api_key: "sk-backend" },
    });
    const config = {
      model_list: [entry("chat"), entry("other")],
      general_settings: { master_key: MASTER },
      rollcall: {
        keys: { enabled: true, ...keys },
        state: { file: "state.json" },
        control: { port: 0 },
        gateway: { drain: "1s" },
      },
    };
    const files = temporary({ "config.yaml": JSON.stringify(config) });
    const file = files.path("config.yaml");
    const control = startControl(file);
    const prober = new RunningCommand(["prober", "-c", file, "--port", "0"]);
    await control.sees(/"msg":"control listens"/, 60_000);
    const gateways = await Promise.all(workers.map((count) => startGateway(file, { count, port: "0" })));
    return new Site({ backend, gateways, control, prober, files });
  }

  get url(): string {
    return this.gateways[0]?.url ?? "";
  }

  /** Starts control as it was. */
  async startControl(): Promise<void> {
    this.control = startControl(this.#files.path("config.yaml"));
    await this.control.sees(/"msg":"control listens"/, 60_000);
  }

  /** Kills a gateway with all its workers, and starts it again where it was. */
  async restartGateway(index: number): Promise<void> {
    const gateway = this.gateways[index];
    if (gateway === undefined) throw new Error("no such gateway");
    const { command, url, workers } = gateway;
    const pids = [command.child.pid ?? 0, ...(await childrenOf(command.child.pid ?? 0))];
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await command.ended;
    const file = this.#files.path("config.yaml");
    this.gateways[index] = await startGateway(file, { count: workers, port: new URL(url).port });
  }

  async admin(path: string, body: object): Promise<Record<string, unknown>> {
    const { status, text } = await post(this.url + path, { key: MASTER, body });
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  async makeKey(fields: object = {}): Promise<Made> {
    const { key, token_id: id } = await this.admin("/key/generate", fields);
    const made = { key: String(key), id: String(id) };
    await Promise.all(
      this.gateways.map(({ url }) =>
        eventually(async () => {
          const asked = await Promise.all(Array.from({ length: 12 }, () => models(url, made.key)));
          return asked.every((status) => status === 200);
        }),
      ),
    );
    return made;
  }

  /** The sum of a series over all gateways. */
  async metric(name: string): Promise<number> {
    const pages = await Promise.all(
      this.gateways.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    const values = pages.flatMap((page) =>
      [...page.matchAll(new RegExp(`^rollcall_gateway_${name}(?:\\{.*\\})? (\\S+)$`, "gm"))].map(
        ([, value]) => Number(value),
      ),
    );
    return values.reduce((sum, value) => sum + value, 0);
  }

  async close(): Promise<void> {
    for (const { command } of this.gateways) await command.stop();
    await Promise.all([this.#prober.stop(), this.control.stop()]);
    await this.backend.close();
    this.#files.remove();
  }
}

export interface RunningGateway {
  readonly command: RunningCommand;
  readonly url: string;
  readonly workers: number;
}

async function startGateway(
  file: string,
  { count, port }: { readonly count: number; readonly port: string },
): Promise<RunningGateway> {
  const command = new RunningCommand(["gateway", "-c", file, "--port", port, "--workers", String(count)]);
  const [, url = ""] = await command.sees(/"address":"([^"]+)"[^\n]*"msg":"gateway listens"/, 60_000);
  await eventually(async () => (await readiness(url)).includes("chat: 1 ready"), 60_000);
  return { command, url, workers: count };
}

function startControl(file: string): RunningCommand {
  return new RunningCommand(["control", "-c", file]);
}

export async function readiness(url: string): Promise<string> {
  return (await fetch(`${url}/readyz?verbose`)).text();
}

/** On a connection of its own, so that any worker may get it. */
async function models(url: string, key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, connection: "close" };
  return (await fetch(`${url}/v1/models`, { headers })).status;
}

export interface Asked {
  readonly key: string;
  readonly body: object;
  /** Its own connection, unless one is given to share. */
  readonly agent?: Agent;
}

/** Rejects where nothing whole came back. */
export function post(url: string, { key, body, agent }: Asked): Promise<Answer> {
  const bytes = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asking = ask(
      url,
      {
        method: "POST",
        agent: agent ?? false,
        headers: {
          authorization: `Bearer ${key}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(bytes),
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            text,
            headers: response.headers,
            at: performance.now(),
          }),
        );
        response.on("error", reject);
      },
    );
    asking.on("error", reject).end(bytes);
  });
}

export function chat(
  url: string,
  key: string,
  more: { fields?: object; agent?: Agent } = {},
): Promise<Answer> {
  const body = { model: "chat", max_tokens: 2, messages: [{ role: "user", content: "Hi" }], ...more.fields };
  return post(`${url}/v1/chat/completions`, {
    key,
    body,
    ...(more.agent !== undefined && { agent: more.agent }),
  });
}

export interface Sent extends Omit<Answer, "text"> {
  /** When it was sent, by performance.now(). */
  readonly sentAt: number;
}

/** Chats at a constant rate, whether or not earlier ones were answered. What breaks has status 0. */
export class Load {
  readonly sent: Sent[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #due = performance.now();

  constructor(perSecond: number, send: (count: number) => Promise<Answer>) {
    let count = 0;
    this.#timer = setInterval(() => {
      for (const now = performance.now(); this.#due <= now; this.#due += 1_000 / perSecond) {
        const one = this.#send(send, count).finally(() => this.#running.delete(one));
        this.#running.add(one);
        count += 1;
      }
    }, 5);
  }

  async stop(): Promise<readonly Sent[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    return this.sent;
  }

  async #send(send: (count: number) => Promise<Answer>, count: number): Promise<void> {
    const sentAt = performance.now();
    const failed = { status: 0, headers: {}, text: "" };
    const answer = await send(count).catch(() => ({ ...failed, at: performance.now() }));
    this.sent.push({ status: answer.status, headers: answer.headers, at: answer.at, sentAt });
  }
}

/** Ids of the processes that one has started. */
export async function childrenOf(parent: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, "utf8").catch(() => "");
  return children
    .trim()
    .split(" ")
    .filter((pid) => pid !== "")
    .map(Number);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export function countOf(sent: readonly Sent[], status: number): number {
  return sent.filter((one) => one.status === status).length;
}

/** What the lane has measured, for whoever reads its output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
