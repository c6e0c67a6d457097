import { INITIAL_RATIO } from "./bytes-per-token.ts";

/** What one answer says of its prompt: the tokens that were read, and the bytes that were sent. */
export interface Reading {
  readonly tokens: number;
  readonly bytes: number;
}

/** What was found of one deployment. Times are monotonic milliseconds. */
export interface Truncation {
  /** The most that was read of a prompt that does not fit into so many tokens. */
  readonly tokens: number;
  /** How many such answers there were, none of a longer prompt in between. */
  readonly seen: number;
  readonly at: number;
}

export const NO_TRUNCATION: Truncation = { tokens: 0, seen: 0, at: Number.NEGATIVE_INFINITY };

/** No model has a smaller context; servers that leave out what they had cached report a few tokens only. */
export const LEAST_LIMIT = 128;

/** So often it has to be seen. */
const TOLD_FROM = 2;

/** Without another one for so long it is forgotten. */
const KEPT_MS = 3_600_000;

/** Prompts cut at message boundaries are up to half a limit shorter, and may come to a little more the next time. */
const SPREAD = 2;
const SLACK = 1.25;

/**
 * Can these tokens not be all of the prompt? They are less than half of the least that its bytes can be; or exactly a limit
 * such as people set, and less than the least. `ratio`: the alias's bytes per token at most.
 */
export function isTooFew({ tokens, bytes }: Reading, ratio: number): boolean {
  if (tokens < LEAST_LIMIT) return false;
  if (bytes > tokens * ratio * 2) return true;
  return isRoundLimit(tokens) && isOver(bytes, tokens, ratio);
}

/** Would a prompt of so many bytes be cut at that limit? */
export function isOver(bytes: number, limit: number, ratio: number): boolean {
  return bytes > limit * Math.max(INITIAL_RATIO, ratio);
}

/** 256, 512, 2048, 4096, 10000, 40960: what people set as a context. */
export function isRoundLimit(tokens: number): boolean {
  return tokens % (tokens < 1_024 ? 128 : 512) === 0 || tokens % 1_000 === 0;
}

/** A prompt was cut, by all that its answer says. */
export function onTooFew(known: Truncation, tokens: number, now: number): Truncation {
  if (!holds(known, now) || tokens > known.tokens * SPREAD) return { tokens, seen: 1, at: now };
  // Far below what was seen before: no limit explains both.
  if (tokens * SPREAD < known.tokens) return known;
  return { tokens: Math.max(known.tokens, tokens), seen: known.seen + 1, at: now };
}

/** A prompt was read as a whole: if it was longer, there is no such limit. */
export function onWhole(known: Truncation, tokens: number): Truncation {
  const most = isRoundLimit(known.tokens) ? known.tokens : known.tokens * SLACK;
  return tokens > most ? NO_TRUNCATION : known;
}

/** Is there anything that speaks for it now? */
export function holds({ at, seen }: Truncation, now: number): boolean {
  return seen > 0 && now - at < KEPT_MS;
}

/** Is this the first that is told? */
export function isNews({ seen }: Truncation): boolean {
  return seen === TOLD_FROM;
}

/** Is it sure enough to be told? */
export function isTold(truncation: Truncation, now: number): boolean {
  return truncation.seen >= TOLD_FROM && holds(truncation, now);
}
