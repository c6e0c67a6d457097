import { setTimeout as sleep } from "node:timers/promises";
import { smallChat } from "./load/body.ts";
import type { RunningSystem } from "./systems/system.ts";

const WITHIN_MS = 120_000;
const ASK_AGAIN_MS = 5;

/** Asks until it gets a good answer. Resolves with the moment of it (performance.now()). */
export async function untilAnswering({ url, headers }: RunningSystem): Promise<number> {
  const deadline = performance.now() + WITHIN_MS;
  let last = "";
  while (performance.now() < deadline) {
    last = await ask(url, headers);
    if (last === "") return performance.now();
    await sleep(ASK_AGAIN_MS);
  }
  throw new Error(`${url} did not become ready: ${last}`);
}

/** Empty when all is well, or what was wrong. */
async function ask(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  try {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: smallChat(),
    });
    const text = await answer.text();
    return answer.ok ? "" : `${answer.status} ${text}`;
  } catch (fault) {
    return String(fault);
  }
}
