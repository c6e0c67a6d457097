import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ServerResponse } from "node:http";
import type { Asked } from "./asked.ts";
import { printTitle } from "./html/frame.ts";
import { printNews } from "./news.ts";
import { piecesBetween, type Piece } from "./patch.ts";
import { render, type Rendering } from "./rendering.ts";
import type { PageFacts } from "./view/facts.ts";
import type { Shape } from "./view/words.ts";

/** What a page hears of a change. */
export interface Frame {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly title: string;
  readonly shape: Shape;
  /** To be said aloud; empty where nothing is. */
  readonly said: string;
  readonly pieces: readonly Piece[];
}

/** One who looks at the page and hears of changes. */
export interface Follower {
  readonly response: ServerResponse;
  /** It has not taken what it was sent. */
  isFull: boolean;
  /** It has missed something, and gets the whole next time. */
  isBehind: boolean;
}

const compress = promisify(gzip);

/** One page as somebody asked for it: rendered once, however many look. */
export class Sheet {
  readonly asked: Asked;
  readonly followers = new Set<Follower>();
  readonly #nextVersion: () => string;
  #rendering: Rendering | null = null;
  #facts: PageFacts | null = null;
  #version = "";
  #heardOf = 0;
  #gzip: { readonly text: string; readonly body: Promise<Buffer> } | null = null;
  /** When it was rendered last, monotonic. */
  renderedAt = Number.NEGATIVE_INFINITY;

  constructor(asked: Asked, nextVersion: () => string) {
    this.asked = asked;
    this.#nextVersion = nextVersion;
  }

  get rendering(): Rendering | null {
    return this.#rendering;
  }

  /** Those that it was rendered from last. */
  get facts(): PageFacts | null {
    return this.#facts;
  }

  get version(): string {
    return this.#version;
  }

  /** Renders anew; returns what followers are to hear, or null where nothing is new or there is no such page. */
  refresh(facts: PageFacts, now: number): Frame | null {
    const before = this.#rendering;
    const after = render(facts, this.asked);
    this.#facts = facts;
    this.renderedAt = now;
    this.#rendering = after;
    const heardOf = this.#heardOf;
    this.#heardOf = facts.events.at(-1)?.sequence ?? heardOf;
    if (after === null) return null;
    const pieces = piecesBetween(before, after);
    if (pieces.length === 0) return null;
    this.#version = this.#nextVersion();
    const news =
      before === null
        ? ""
        : printNews(
            facts.events.filter(({ sequence }) => sequence > heardOf),
            this.asked,
          );
    const answer = before === null || before.answer === after.answer ? "" : after.answer;
    return this.#frame(after, pieces, `${answer} ${news}`.trim());
  }

  /** All of it, for one who has missed something; null where there is no such page. */
  whole(): Frame | null {
    return this.#rendering === null
      ? null
      : this.#frame(this.#rendering, piecesBetween(null, this.#rendering), "");
  }

  #frame({ title, shape }: Rendering, pieces: readonly Piece[], said: string): Frame {
    const at = this.#facts?.now ?? 0;
    return { version: this.#version, at, title: printTitle(title, shape), shape, said, pieces };
  }

  /** Compressed once for all who get the same text. */
  compressed(text: string): Promise<Buffer> {
    if (this.#gzip?.text !== text) this.#gzip = { text, body: compress(text, { level: 4 }) };
    return this.#gzip.body;
  }
}
