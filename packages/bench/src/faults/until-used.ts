import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import { type Bed, MODEL } from "./bed.ts";
import type { RunningSystem } from "./systems/system.ts";

const WITHIN_MS = 60_000;

/** Waits until every replica has been sent a request and the last few were all answered. */
export async function untilUsed({ logs }: Bed, system: RunningSystem): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  for (let good = 0; good < 6 || logs.some(({ arrivals }) => arrivals.length === 0);) {
    if (Date.now() > deadline) throw new Error(`not ready within ${WITHIN_MS} ms`);
    const status = await ask(system);
    good = status === 200 ? good + 1 : 0;
    if (status !== 200) await sleep(50);
  }
}

async function ask({ url, headers }: RunningSystem): Promise<number | null> {
  try {
    const { statusCode, body } = await request(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ model: MODEL, max_tokens: 1, messages: [{ role: "user", content: "hello" }] }),
      headersTimeout: 5_000,
    });
    await body.dump();
    return statusCode;
  } catch {
    return null;
  }
}
