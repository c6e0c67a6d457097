import { hash } from "../../random.ts";

/** About the size of the vocabularies of today. */
const VOCABULARY = 200_000;

export function tokenId(text: string): number {
  return hash(text) % VOCABULARY;
}

/** Between -8 and -0.1, always the same for the same token. */
export function logprobOf(text: string): number {
  return -0.1 - (hash(text) % 7900) / 1000;
}

/** The token itself and others that might have come instead. */
export function candidates(text: string, count: number): string[] {
  return [text, ...Array.from({ length: Math.max(0, count - 1) }, (_, rank) => `${text}${rank}`)];
}
