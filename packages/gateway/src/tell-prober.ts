import { request } from "undici";
import type { Clock } from "@rollcall/runtime";
import type { SnapshotFeed } from "./snapshot-feed.ts";

/** One suspicion is told this often. */
const LEAST_BETWEEN_MS = 500;

const TIMEOUT_MS = 1_000;

/** A prober that listens on all addresses is asked on this host. */
const WIDE = /\/\/(0\.0\.0\.0|\[::\])/;

/**
 * Tells the prober that requests have shown a deployment unfit, so that it looks at once. Only a hint: where the prober
 * cannot be reached it finds out by itself, an interval later.
 */
export class TellProber {
  readonly #feed: SnapshotFeed;
  readonly #clock: Clock;
  readonly #told = new Map<string, number>();

  constructor(feed: SnapshotFeed, clock: Clock) {
    this.#feed = feed;
    this.#clock = clock;
  }

  suspect(id: string): void {
    const url = this.#feed.snapshot?.prober.url;
    const now = this.#clock.now();
    if (url === undefined || now - (this.#told.get(id) ?? 0) < LEAST_BETWEEN_MS) return;
    this.#told.set(id, now);
    const target = `${url.replace(WIDE, "//127.0.0.1")}/probe/${encodeURIComponent(id)}`;
    // Whatever comes of it: a hint that is lost costs an interval.
    post(target).catch(() => {});
  }
}

async function post(target: string): Promise<void> {
  const times = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };
  const { body } = await request(target, { method: "POST", ...times });
  await body.dump();
}
