import { mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import OpenAI from "openai";
import { request } from "undici";
import { onTestFinished, vi } from "vitest";
import { VERDICTS, type Reason, type Snapshot, type Verdict } from "@rollcall/contract";
import { startSimulator, type Simulator, type SimulatorOptions } from "@rollcall/simulator";
import { FileSnapshotWriter } from "@rollcall/snapshot";
import { startGateway, type GatewayDaemonOptions, type RunningGateway } from "../src/index.ts";
import { readConfig, snapshotOf, verdictOn } from "./deployments.ts";

export const MASTER_KEY = "sk-master";
export const BACKEND_KEY = "sk-backend";
/** What the simulators serve: never to be seen by an app. */
export const UPSTREAM = "org/upstream-model";

/** Registers what is to be done at the end: of the test, unless something lives longer. */
export type AtEnd = (end: () => Promise<unknown>) => void;

const atTestEnd: AtEnd = (end) => onTestFinished(async () => void (await end()));

/** A fake vLLM that serves UPSTREAM for BACKEND_KEY. */
export async function simulator(options: SimulatorOptions = {}, atEnd = atTestEnd): Promise<Simulator> {
  const started = await startSimulator({ servedNames: [UPSTREAM], apiKeys: [BACKEND_KEY], ...options });
  atEnd(() => started.close());
  return started;
}

/** What the prober says of a deployment: its reason, or any facts. */
export type Said = Reason | (Partial<Verdict> & { readonly reason: Reason });

export interface GatewayOptions {
  /** `litellm_params` of every deployment, beside model, api_base and key. */
  readonly params?: object;
  /** The rest of the config: router_settings, litellm_settings, … */
  readonly settings?: object;
  /** Keys of `rollcall.gateway`, `rollcall.state` and `rollcall.queue`. */
  readonly gateway?: object;
  readonly state?: object;
  readonly queue?: object;
  /** Other keys of `rollcall`. */
  readonly rollcall?: object;
  /** Files beside the config, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the first snapshot says; what it does not name is ok. "nothing": there is no snapshot. */
  readonly says?: Readonly<Record<string, Said>> | "nothing";
  /** How it is started: in this process, unless told otherwise. */
  readonly start?: (options: GatewayDaemonOptions) => Promise<Pick<RunningGateway, "url" | "stop">>;
  readonly atEnd?: AtEnd;
}

/** Where a deployment is: a simulator or any other server. */
export interface Place {
  readonly url: string;
  /** `litellm_params` of this deployment alone. */
  readonly params?: object;
}

/**
 * A gateway in front of the given servers. Deployments are called `<alias>-<number>`, from 1, and are tried in that order.
 */
export async function gatewayFor(
  aliases: Readonly<Record<string, readonly Place[]>>,
  options: GatewayOptions = {},
): Promise<Gateway> {
  const { start = startGateway, atEnd = atTestEnd } = options;
  const directory = await mkdtemp(path.join(os.tmpdir(), "rollcall-gateway-"));
  atEnd(() => rm(directory, { recursive: true }));
  const gateway = new Gateway(directory, writtenFor(aliases, options));
  await gateway.writeConfig(gateway.written);
  for (const [name, text] of Object.entries(options.files ?? {})) await gateway.moveIntoPlace(name, text);
  if (options.says !== "nothing") await gateway.say(options.says);
  await gateway.start(start);
  atEnd(() => gateway.stop());
  return gateway;
}

/** The config for these servers. */
export function writtenFor(
  aliases: Readonly<Record<string, readonly Place[]>>,
  { params = {}, settings = {}, gateway = {}, state = {}, queue = {}, rollcall = {} }: GatewayOptions = {},
): object {
  const entries = Object.entries(aliases).flatMap(([alias, places]) =>
    places.map(({ url, params: own = {} }, index) => ({
      model_name: alias,
      litellm_params: {
        model: `openai/${UPSTREAM}`,
        api_base: url,
        api_key: BACKEND_KEY,
        order: index,
        ...params,
        ...own,
      },
      model_info: { id: `${alias}-${index + 1}` },
    })),
  );
  return {
    model_list: entries,
    general_settings: { master_key: MASTER_KEY },
    ...settings,
    rollcall: {
      gateway: { port: 0, drain: "300ms", ...gateway },
      state: { file: "state.json", ...state },
      queue,
      prober: { interval: "60s" },
      ...rollcall,
    },
  };
}

/** `alias="chat"` */
const LABEL = /\w+="(?:[^"\\]|\\.)*"/g;

/** A busy machine takes its time. */
const HEARD_WITHIN = { timeout: 5_000, interval: 5 };

export class Gateway {
  readonly directory: string;
  /** The config that snapshots are written for. */
  written: object;
  readonly #writer: FileSnapshotWriter<Snapshot, Verdict>;
  #sequence = 0;
  #running: Pick<RunningGateway, "url" | "stop"> | null = null;
  #stopped: Promise<number> | null = null;

  constructor(directory: string, written: object) {
    this.directory = directory;
    this.written = written;
    this.#writer = new FileSnapshotWriter(VERDICTS, path.join(directory, "state.json"));
  }

  get configFile(): string {
    return path.join(this.directory, "config.yaml");
  }

  get url(): string {
    if (this.#running === null) throw new Error("the gateway does not run");
    return this.#running.url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async start(start: NonNullable<GatewayOptions["start"]>): Promise<void> {
    this.#running = await start({ configFile: this.configFile, env: {}, logLevel: "silent" });
  }

  stop(): Promise<number> {
    this.#stopped ??= this.#running?.stop() ?? Promise.resolve(0);
    return this.#stopped;
  }

  /** As JSON, which is YAML too. */
  writeConfig(written: object): Promise<void> {
    return this.writeText(JSON.stringify(written));
  }

  writeText(text: string): Promise<void> {
    return writeFile(this.configFile, text);
  }

  /** Writes a file beside the config as careful programs do: whole, and then under its name. */
  async moveIntoPlace(name: string, text: string): Promise<void> {
    const [next, place] = [path.join(this.directory, `${name}.next`), path.join(this.directory, name)];
    await writeFile(next, text);
    // As if its place came a while after its content: the file system's clock may be coarse.
    await utimes(next, 1, 1);
    await rename(next, place);
  }

  /** Writes a snapshot as the prober does. */
  async say(says: Readonly<Record<string, Said>> = {}, intervalMs = 60_000): Promise<void> {
    this.#sequence += 1;
    const now = Date.now();
    const verdicts = readConfig(this.written).deployments.map((deployment) => {
      const said = says[deployment.id] ?? "ok";
      const { reason, ...facts } = typeof said === "string" ? { reason: said } : said;
      return verdictOn(deployment, reason, { observedAt: now, ...facts });
    });
    await this.#writer.write(snapshotOf(verdicts, { sequence: this.#sequence, writtenAt: now, intervalMs }));
  }

  /** Writes a snapshot, and waits until the gateway goes by it. */
  async tell(says: Readonly<Record<string, Said>>, intervalMs?: number): Promise<void> {
    await this.say(says, intervalMs);
    await vi.waitFor(async () => {
      if ((await this.metric("snapshot_sequence")) !== this.#sequence) throw new Error("not heard yet");
    }, HEARD_WITHIN);
  }

  /** OpenAI's own client, which does not try again unless it is told to. */
  client(options: ConstructorParameters<typeof OpenAI>[0] = {}): OpenAI {
    return new OpenAI({ baseURL: `${this.url}/v1`, apiKey: MASTER_KEY, maxRetries: 0, ...options });
  }

  /** A request without any client's help. */
  async ask(route: string, { method, headers, body }: Question = {}): Promise<Answer> {
    const asked = await request(this.url + route, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json", ...headers },
      body:
        body === undefined
          ? null
          : typeof body === "string" || Buffer.isBuffer(body)
            ? body
            : JSON.stringify(body),
    });
    const text = await asked.body.text();
    return { status: asked.statusCode, headers: asked.headers, text, json: (): Json => JSON.parse(text) };
  }

  /** One short chat. */
  chat(fields: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask("/v1/chat/completions", {
      body: { model: "chat", messages: MESSAGES, ...fields },
      headers,
    });
  }

  async metrics(): Promise<string> {
    return (await this.ask("/metrics")).text;
  }

  /** The sum of the series with at least these labels, by the end of the metric's name; NaN where there is none. */
  async metric(wanted: string): Promise<number> {
    const [name = "", labels = ""] = wanted.split(/[{}]/);
    const series = [...(await this.metrics()).matchAll(/^rollcall_gateway_(\w+)(?:\{(.*)\})? (\S+)$/gm)];
    const values = series.flatMap(([, itsName, itsLabels = "", value]) => {
      const has = new Set(itsLabels.match(LABEL));
      return itsName === name && (labels.match(LABEL) ?? []).every((label) => has.has(label))
        ? [Number(value)]
        : [];
    });
    return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value);
  }

  /** Requests under way, on all deployments. */
  async inFlight(): Promise<number> {
    const count = await this.metric("requests_in_flight");
    return Number.isNaN(count) ? 0 : count;
  }
}

export const MESSAGES = [{ role: "user" as const, content: "Say something, please." }];

export interface Question {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "OPTIONS" | "PATCH";
  readonly headers?: Record<string, string>;
  /** Sent as JSON, unless it is text or bytes already. */
  readonly body?: object | string | Buffer;
}

// What a test looks into as deep as it likes.
export type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  readonly json: () => Json;
}

/** Everything that a stream has to say. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
