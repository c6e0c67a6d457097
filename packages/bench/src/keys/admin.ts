import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { smallChat } from "../speed/load/body.ts";
import { openSite } from "../speed/site.ts";
import { untilAnswering } from "../speed/until-answering.ts";
import { MASTER, startKeyed, type KeyedGateway } from "./keyed-gateway.ts";

const STREAMS = 200;
const SECONDS = 10;
const EVENTS_PER_SECOND = 20;

/** The gaps between the events of 200 streams, without and with so many admin requests a second beside them, in turn. */
export async function measureAdmin(perSecond: number, say: (line: string) => void): Promise<void> {
  const site = await openSite({ deployments: 1, backends: 1, eventsPerSecond: EVENTS_PER_SECOND });
  const keyed = await startKeyed(site, { workers: 2, withControl: true });
  try {
    await untilAnswering(keyed);
    const gaps = new Gaps();
    const streams = Array.from({ length: STREAMS }, () => new Stream(keyed, gaps));
    await sleep(3_000);
    for (let round = 1; round <= 3; round += 1) {
      const quiet = await gaps.during(SECONDS);
      const load = new AdminLoad(keyed, perSecond);
      const busy = await gaps.during(SECONDS);
      const { answered, failed } = load.stop();
      say(
        `round ${round}: gap p99 ${quiet.toFixed(0)} ms alone, ${busy.toFixed(0)} ms beside ${(answered / SECONDS).toFixed(0)} admin requests a second (${failed} failed)`,
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

/** Reads and changes, at a constant rate. */
class AdminLoad {
  answered = 0;
  failed = 0;
  readonly #timer: NodeJS.Timeout;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  #due = performance.now();

  constructor(keyed: KeyedGateway, perSecond: number) {
    let count = 0;
    this.#timer = setInterval(() => {
      for (const now = performance.now(); this.#due <= now; this.#due += 1_000 / perSecond)
        this.#send(keyed, (count += 1));
    }, 5);
  }

  stop(): Pick<AdminLoad, "answered" | "failed"> {
    clearInterval(this.#timer);
    this.#agent.destroy();
    return { answered: this.answered, failed: this.failed };
  }

  /** One in ten makes a key, the others look at what there is. */
  #send({ url }: KeyedGateway, count: number): void {
    const isChange = count % 10 === 0;
    const asking = request(
      url + (isChange ? "/key/generate" : "/key/list?size=10"),
      {
        method: isChange ? "POST" : "GET",
        agent: this.#agent,
        headers: { authorization: `Bearer ${MASTER}`, "content-type": "application/json" },
      },
      (response) => {
        this.answered += 1;
        if (response.statusCode !== 200) this.failed += 1;
        response.resume();
      },
    );
    asking.on("error", () => {});
    asking.end(isChange ? "{}" : undefined);
  }
}
