import { probeNowPath, type Clock, type ProbeCause } from "@rollcall/contract";
import { request } from "undici";

import type { SnapshotFeed } from "./snapshot-feed.ts";

/** One deployment is asked for this often at most. */
const LEAST_BETWEEN_MS = 500;

const TIMEOUT_MS = 1_000;

/** A prober that listens on all addresses is asked on this host. */
const WIDE = /\/\/(0\.0\.0\.0|\[::\])/;

/**
 * Asks the probers to probe a deployment at once, since requests have shown it unfit or nothing comes from it. Only a hint: where a prober cannot be
 * reached it finds out by itself, an interval later.
 */
export class ReprobeRequester {
  readonly #feed: Pick<SnapshotFeed, "snapshot">;
  readonly #clock: Clock;
  readonly #probers: readonly string[];
  readonly #requestedAt = new Map<string, number>();

  /**
   * `probers`: origins of those that are followed over HTTP. All of them are asked, since each may be followed next. Where
   * there are none, it is the one that wrote the snapshot, which then runs on this host.
   */
  constructor(feed: Pick<SnapshotFeed, "snapshot">, clock: Clock, probers: readonly string[] = []) {
    this.#feed = feed;
    this.#clock = clock;
    this.#probers = probers;
  }

  request(id: string, cause: ProbeCause): void {
    const now = this.#clock.monotonic();
    const origins = this.#origins();
    const requestedAt = this.#requestedAt.get(id) ?? Number.NEGATIVE_INFINITY;
    if (origins.length === 0 || now - requestedAt < LEAST_BETWEEN_MS) return;
    this.#requestedAt.set(id, now);
    for (const origin of origins) {
      // Whatever comes of it: a hint that is lost costs an interval.
      post(origin + probeNowPath(id, cause)).catch(() => {});
    }
  }

  #origins(): readonly string[] {
    if (this.#probers.length > 0) return this.#probers;
    const url = this.#feed.snapshot?.prober.url;
    return url === undefined ? [] : [url.replace(WIDE, "//127.0.0.1")];
  }
}

async function post(target: string): Promise<void> {
  const times = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };
  const { body } = await request(target, { method: "POST", ...times });
  await body.dump();
}
