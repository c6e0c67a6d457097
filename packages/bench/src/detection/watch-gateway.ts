import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";

export interface GatewayWatch {
  /** Resolves with the moment (epoch milliseconds) at which the gateway was seen to route to the alias, or not to. */
  until(alias: string, available: boolean): Promise<number>;
  stop(): void;
}

const LOOK_MS = 5;

/** Reads the gateway's readiness again and again: no request is sent, since one would itself show what is wrong. */
export function watchGateway(url: string): GatewayWatch {
  const pool = new Pool(url, { connections: 1 });
  const stop = new AbortController();
  let available = new Set<string>();
  let seenAt = 0;
  void (async () => {
    while (!stop.signal.aborted) {
      const text = await pool
        .request({ path: "/readyz?verbose", method: "GET" })
        .then(({ body }) => body.text())
        .catch(() => "");
      seenAt = Date.now();
      available = new Set([...text.matchAll(/^\[\+\] (a\d+):/gm)].map((match) => match[1] ?? ""));
      await sleep(LOOK_MS);
    }
    await pool.destroy();
  })();
  return {
    async until(alias, wanted) {
      while (available.has(alias) !== wanted) await sleep(1);
      return seenAt;
    },
    stop: () => stop.abort(),
  };
}
