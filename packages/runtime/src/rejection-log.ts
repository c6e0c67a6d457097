import type { Clock } from "@rollcall/contract";
import type { Log } from "./log.ts";

/** So long one line for each reason has to do, and one for all that followed it. */
const WINDOW_MS = 60_000;

/** More clients are not told apart: a flood of addresses must not fill the memory. */
const MOST_CLIENTS = 1_000;

/** One request that was rejected. Nothing in it is what the client sent. */
export interface Rejected {
  /** A code of ours: there are only so many. */
  readonly reason: string;
  /** The address that it came from; null where the connection is gone. */
  readonly client: string | null;
  /** More to say of it. */
  readonly facts: object;
}

interface Further {
  count: number;
  readonly clients: Set<string>;
}

interface Minute {
  /** Reasons that were told, and what followed the first of each. */
  readonly further: Map<string, Further>;
  readonly end: AbortController;
}

/**
 * Lines about requests that anybody can send and that are rejected: the first for each reason at once, the others as one
 * number a minute. Whoever asks a thousand times a second fills no disk.
 */
export class RejectionLog {
  readonly #log: Log;
  readonly #clock: Pick<Clock, "sleep">;
  #minute: Minute | null = null;

  constructor(log: Log, clock: Pick<Clock, "sleep">) {
    this.#log = log;
    this.#clock = clock;
  }

  add({ reason, client, facts }: Rejected): void {
    this.#minute ??= this.#begin();
    const further = this.#minute.further.get(reason);
    if (further === undefined) {
      this.#minute.further.set(reason, { count: 0, clients: new Set() });
      this.#log.info({ ...facts, error: reason, client }, "request rejected");
      return;
    }
    further.count += 1;
    if (client !== null && further.clients.size < MOST_CLIENTS) further.clients.add(client);
  }

  /** Tells what was not told yet. */
  flush(): void {
    const minute = this.#minute;
    this.#minute = null;
    minute?.end.abort();
    for (const [reason, { count, clients }] of minute?.further ?? [])
      if (count > 0)
        this.#log.info({ error: reason, count, clients: clients.size }, "further requests rejected");
  }

  #begin(): Minute {
    const minute = { further: new Map<string, Further>(), end: new AbortController() };
    void this.#clock.sleep(WINDOW_MS, minute.end.signal).then(() => {
      if (this.#minute === minute) this.flush();
    });
    return minute;
  }
}
