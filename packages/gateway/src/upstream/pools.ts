import { Pool } from "undici";
import type { Config } from "@rollcall/contract";

/** vLLM closes idle connections after 5 s and does not say so: let go before it does. */
const KEEP_ALIVE_MS = 4_000;

const CONNECT_TIMEOUT_MS = 2_000;

/** One connection pool an origin. Pools outlive reloads; one that no deployment uses any more ends with its last request. */
export class Pools {
  readonly #pools = new Map<string, Pool>();

  get(origin: string): Pool {
    const known = this.#pools.get(origin);
    if (known !== undefined) return known;
    const pool = new Pool(origin, {
      connections: null,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      allowH2: false,
    });
    this.#pools.set(origin, pool);
    return pool;
  }

  retire({ backends }: Config): void {
    const used = new Set(backends.map(({ base }) => base.origin));
    for (const [origin, pool] of this.#pools) {
      if (used.has(origin)) continue;
      this.#pools.delete(origin);
      void pool.close().catch(() => {});
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }
}
