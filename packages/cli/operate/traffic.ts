import { Agent, request } from "node:http";
import { OpenStream } from "../test/open-streams.ts";

export const KEY = "sk-test";

const TICK_MS = 5;
/** A tick that is later than this was kept waiting. */
const LATEST_MS = 25;

/** Milliseconds in which this process could run: on a busy machine it waits too, which is not the gateway's doing. */
class AwakeClock {
  now = 0;

  constructor() {
    let last = performance.now();
    setInterval(() => {
      const at = performance.now();
      this.now += Math.min(at - last, LATEST_MS);
      last = at;
    }, TICK_MS).unref();
  }
}

const awake = new AwakeClock();

/** One request, as its client saw it. */
export interface Seen {
  readonly kind: "new" | "kept";
  /** 0: the connection was refused or broke. */
  readonly status: number;
  readonly error: string;
  /** Until the head of the answer, as far as this process itself was not kept waiting by the machine. */
  readonly headMs: number;
  readonly text: string;
}

/** So many requests a second, whether or not earlier ones were answered: half of them each on a new connection. */
export class Traffic {
  readonly seen: Seen[] = [];
  readonly #kept = new Agent({ keepAlive: true, maxSockets: 20 });
  readonly #url: string;
  readonly #running = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(url: string, perSecond: number) {
    this.#url = url;
    let due = performance.now();
    let count = 0;
    this.#timer = setInterval(() => {
      for (const now = performance.now(); due <= now; due += 1_000 / perSecond) {
        const one = this.#send(count % 2 === 0 ? "new" : "kept").finally(() => this.#running.delete(one));
        this.#running.add(one);
        count += 1;
      }
    }, TICK_MS);
  }

  async stop(): Promise<readonly Seen[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    this.#kept.destroy();
    return this.seen;
  }

  async #send(kind: Seen["kind"]): Promise<void> {
    this.seen.push({
      kind,
      ...(await chat(this.#url, { model: "chat", agent: kind === "kept" && this.#kept })),
    });
  }
}

export interface Asked {
  readonly model: string;
  readonly key?: string;
  /** False: a connection of its own. */
  readonly agent?: Agent | false;
}

export function chat(url: string, { model, key = KEY, agent = false }: Asked): Promise<Omit<Seen, "kind">> {
  const bytes = JSON.stringify({ model, max_tokens: 2, messages: [{ role: "user", content: "Hi" }] });
  const began = awake.now;
  return new Promise((resolve) => {
    const broken = (error: NodeJS.ErrnoException) =>
      resolve({ status: 0, error: error.code ?? error.message, headMs: awake.now - began, text: "" });
    const headers = {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(bytes),
    };
    const asking = request(`${url}/v1/chat/completions`, { method: "POST", agent, headers }, (answer) => {
      const headMs = awake.now - began;
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      answer.on("error", broken);
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, error: "", headMs, text }));
    });
    asking.on("error", broken).end(bytes);
  });
}

/** So many clients that each ask again as soon as they are answered; a refusal is waited out for a moment. */
export class Pressure {
  readonly statuses = new Map<number, number>();
  readonly #clients: readonly Promise<void>[];
  #isOver = false;

  constructor(url: string, clients: number, asked: Asked) {
    this.#clients = Array.from({ length: clients }, () => this.#press(url, asked));
  }

  async stop(): Promise<ReadonlyMap<number, number>> {
    this.#isOver = true;
    await Promise.all(this.#clients);
    return this.statuses;
  }

  async #press(url: string, asked: Asked): Promise<void> {
    while (!this.#isOver) {
      const { status } = await chat(url, asked);
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      if (status !== 200) await pause(100);
    }
  }
}

export function openStreams(url: string, count: number, tokens: number): readonly OpenStream[] {
  return Array.from(
    { length: count },
    () => new OpenStream(url, { model: "slow", key: KEY, max_tokens: tokens }),
  );
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** What went wrong, each kind with its number. */
export function faultsOf(seen: readonly Seen[]): Readonly<Record<string, number>> {
  const faults: Record<string, number> = {};
  for (const { kind, status, error, text } of seen) {
    if (status === 200) continue;
    const name = `${kind}: ${error === "" ? `${status} ${text}` : error}`;
    faults[name] = (faults[name] ?? 0) + 1;
  }
  return faults;
}
