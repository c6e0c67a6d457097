import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { smallChat } from "../speed/load/body.ts";
import { openSite } from "../speed/site.ts";
import { untilAnswering } from "../speed/until-answering.ts";
import { MASTER, startKeyed, type KeyedGateway } from "./keyed-gateway.ts";

const STREAMS = 200;
const SECONDS = 10;
const EVENTS_PER_SECOND = 20;

/**
 * The gaps between the events of 200 streams, without and with so many admin requests a second beside them, in turn: half of
 * them changes, half reads, by the gateway and at control's own port.
 */
export async function measureAdmin(perSecond: number, say: (line: string) => void): Promise<void> {
  const site = await openSite({ deployments: 1, backends: 1, eventsPerSecond: EVENTS_PER_SECOND });
  const keyed = await startKeyed(site, { workers: 2, withControl: true });
  try {
    await untilAnswering(keyed);
    const gaps = new Gaps();
    const streams = Array.from({ length: STREAMS }, () => new Stream(keyed, gaps));
    await sleep(3_000);
    const doors = { "through the gateway": keyed.url, "at control itself": keyed.controlUrl };
    const key = await makeKey(keyed.url);
    for (let round = 1; round <= 3; round += 1)
      for (const [door, url] of Object.entries(doors)) {
        const quiet = await gaps.during(SECONDS);
        const load = new AdminLoad({ url, key }, perSecond);
        const busy = await gaps.during(SECONDS);
        const { changes, failed, reads } = load.stop();
        const rate = (count: number) => (count / SECONDS).toFixed(0);
        say(
          `round ${round}, ${door}: gap p99 ${quiet.toFixed(0)} ms alone, ${busy.toFixed(0)} ms beside ${rate(changes + reads)} admin requests a second, ${rate(changes)} of them changes (${failed} failed)`,
        );
      }
    for (const stream of streams) stream.end();
  } finally {
    await keyed.stop();
    await site.close();
  }
}

/** Of all streams together, milliseconds. */
class Gaps {
  #seen: number[] = [];

  add(ms: number): void {
    this.#seen.push(ms);
  }

  /** The 99th of a hundred. */
  async during(seconds: number): Promise<number> {
    this.#seen = [];
    await sleep(seconds * 1_000);
    const sorted = this.#seen.toSorted((one, other) => one - other);
    return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
  }
}

const BODY = JSON.stringify({ ...(JSON.parse(smallChat()) as object), stream: true, max_tokens: 100_000 });

/** One stream after the other. */
class Stream {
  #isOver = false;
  #current: ReturnType<typeof request> | null = null;

  constructor(keyed: KeyedGateway, gaps: Gaps) {
    this.#open(keyed, gaps);
  }

  end(): void {
    this.#isOver = true;
    this.#current?.destroy();
  }

  #open(keyed: KeyedGateway, gaps: Gaps): void {
    const headers = { ...keyed.headers, "content-type": "application/json" };
    let last: number | null = null;
    this.#current = request(
      `${keyed.url}/v1/chat/completions`,
      { method: "POST", agent: false, headers },
      (response) => {
        response.on("data", () => {
          const now = performance.now();
          if (last !== null) gaps.add(now - last);
          last = now;
        });
        response.on("error", () => {});
        response.on("close", () => {
          if (!this.#isOver) this.#open(keyed, gaps);
        });
      },
    );
    this.#current.on("error", () => {});
    this.#current.end(BODY);
  }
}

const HEADERS = { authorization: `Bearer ${MASTER}`, "content-type": "application/json" };

async function makeKey(url: string): Promise<string> {
  const answer = await fetch(`${url}/key/generate`, { method: "POST", headers: HEADERS, body: "{}" });
  return ((await answer.json()) as { readonly token: string }).token;
}

interface AdminRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
}

/** Changes and reads in turn, at a constant rate. */
class AdminLoad {
  changes = 0;
  reads = 0;
  failed = 0;
  readonly #timer: NodeJS.Timeout;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  #due = performance.now();

  constructor(at: { readonly url: string; readonly key: string }, perSecond: number) {
    let count = 0;
    this.#timer = setInterval(() => {
      for (const now = performance.now(); this.#due <= now; this.#due += 1_000 / perSecond)
        this.#send(at, (count += 1));
    }, 5);
  }

  stop(): Pick<AdminLoad, "changes" | "failed" | "reads"> {
    clearInterval(this.#timer);
    this.#agent.destroy();
    return { changes: this.changes, failed: this.failed, reads: this.reads };
  }

  #send({ url, key }: { readonly url: string; readonly key: string }, count: number): void {
    const { body, method, path } = requestOf(count, key);
    const asking = request(url + path, { method, agent: this.#agent, headers: HEADERS }, (response) => {
      if (method === "POST") this.changes += 1;
      else this.reads += 1;
      if (response.statusCode !== 200) this.failed += 1;
      response.resume();
    });
    asking.on("error", () => {});
    asking.end(body);
  }
}

function requestOf(count: number, key: string): AdminRequest {
  const requests: readonly AdminRequest[] = [
    { method: "POST", path: "/key/generate", body: "{}" },
    { method: "GET", path: "/key/list?size=10" },
    { method: "POST", path: "/key/update", body: JSON.stringify({ key, rpm_limit: count }) },
    { method: "GET", path: `/key/info?key=${key}` },
  ];
  return requests[count % requests.length] as AdminRequest;
}
