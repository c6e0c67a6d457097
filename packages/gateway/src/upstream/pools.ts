import type { Config } from "@rollcall/contract";
import type { TlsOptions } from "@rollcall/runtime";
import type { Deadlines } from "./deadlines.ts";
import { Connection, type ConnectionKeeper } from "./http1/connection.ts";
import { targetOf, type Target, type TlsMemory } from "./http1/open-socket.ts";
import type { UpstreamRequest } from "./http1/request-bytes.ts";
import type { ResponseSink, Sending } from "./http1/sending.ts";
import type { Transport } from "./transport.ts";

/** How TLS is spoken with an origin. */
export type TlsOf = (origin: string) => TlsOptions;

/** What all pools share. */
export interface PoolParts {
  readonly deadlines: Deadlines;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  readonly tlsOf: TlsOf;
}

/** One connection pool an origin. Pools outlive reloads; one that no deployment uses any more ends with its last request. */
export class Pools implements Transport {
  readonly #pools = new Map<string, Pool>();
  readonly #parts: PoolParts;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  /** Sends on a connection that is idle, or a new one. The sink hears nothing within the call. */
  send(origin: string, request: UpstreamRequest, sink: ResponseSink): Sending {
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, this.#parts);
      this.#pools.set(origin, pool);
    }
    return pool.take().send(request, sink);
  }

  /** Connections that are open, idle ones too. */
  get open(): number {
    let open = 0;
    for (const pool of this.#pools.values()) open += pool.size;
    return open;
  }

  retire({ backends }: Config): void {
    const used = new Set(backends.map(({ base }) => base.origin));
    for (const [origin, pool] of this.#pools) {
      if (used.has(origin)) continue;
      this.#pools.delete(origin);
      pool.retire();
    }
  }

  /** Ends all connections. Nobody hears of it: those that wait for answers are to be told before. */
  close(): void {
    for (const pool of this.#pools.values()) pool.destroy();
    this.#pools.clear();
  }
}

/** As many connections as there are requests at a time: how many that may be is decided before. */
class Pool implements ConnectionKeeper {
  readonly deadlines: Deadlines;
  readonly target: Target;
  /** As the settings have it now: certificates are renewed. */
  readonly tlsOptions: () => TlsOptions;
  readonly tlsMemory: TlsMemory = {};
  readonly random: () => number;
  readonly #open = new Set<Connection>();
  /** The one used last is used next, so that those that are not needed grow old. */
  readonly #idle: Connection[] = [];
  #retired = false;

  constructor(origin: string, { deadlines, random, tlsOf }: PoolParts) {
    this.target = targetOf(origin);
    this.tlsOptions = () => tlsOf(origin);
    this.deadlines = deadlines;
    this.random = random;
  }

  get size(): number {
    return this.#open.size;
  }

  take(): Connection {
    // One that was just destroyed is heard of a moment later.
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop())
      if (idle.usable) return idle;
    return this.open();
  }

  open(): Connection {
    const connection = new Connection(this);
    this.#open.add(connection);
    return connection;
  }

  idle(connection: Connection): void {
    if (this.#retired) connection.abort();
    else this.#idle.push(connection);
  }

  closed(connection: Connection): void {
    this.#open.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
  }

  retire(): void {
    this.#retired = true;
    for (const connection of this.#idle) connection.abort();
  }

  destroy(): void {
    this.#retired = true;
    for (const connection of this.#open) connection.abort();
  }
}
