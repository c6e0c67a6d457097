import type { Clock } from "@rollcall/contract";
import { printAddress, type Cell, type Settings } from "@rollcall/runtime";
import { request } from "undici";

export interface GatewayNotesOptions {
  readonly clock: Clock;
  readonly settings: Cell<Settings>;
  /** The text of an address; rejects where nothing answers. */
  readonly ask: (url: string) => Promise<string>;
}

const ASK_MS = 5_000;
const TIMEOUT_MS = 2_000;
const MOST_LINES = 12;

/**
 * What the gateway of this config says of itself: the lines of its `/readyz?verbose` about its snapshot and its config.
 * Asked only while somebody looks, and only on this machine.
 */
export class GatewayNotes {
  readonly #options: GatewayNotesOptions;
  #askedAt = Number.NEGATIVE_INFINITY;
  #notes: readonly string[] | null = null;

  constructor(options: GatewayNotesOptions) {
    this.#options = options;
  }

  /** As of the last answer; null where none came. Begins to ask anew when that is old. */
  latest(): readonly string[] | null {
    const { clock } = this.#options;
    if (clock.monotonic() - this.#askedAt >= ASK_MS) void this.#ask();
    return this.#notes;
  }

  async #ask(): Promise<void> {
    const { clock, settings, ask } = this.#options;
    this.#askedAt = clock.monotonic();
    const { host, port } = settings.get().config.gateway;
    try {
      this.#notes = readNotes(await ask(`${printAddress(reachable(host), port)}/readyz?verbose`));
    } catch {
      this.#notes = null;
    }
  }
}

/** Where a server that listens on all addresses is reached from here. */
const REACHED: Readonly<Record<string, string>> = { "": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1" };

function reachable(host: string): string {
  return REACHED[host] ?? host;
}

/** Of its snapshot, its config and its settings: what it says of aliases is the prober's own news. */
const NOTE =
  /^\[[!-]\] (?<note>(?:snapshot is|no snapshot|settings need|secrets cannot|the prober uses) .*|.*: the previous config is in use)$/;

export function readNotes(text: string): readonly string[] {
  const notes = text.split("\n").flatMap((line) => NOTE.exec(line)?.groups?.["note"] ?? []);
  return notes.slice(0, MOST_LINES);
}

export async function fetchText(url: string): Promise<string> {
  const { body } = await request(url, { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  return body.text();
}
