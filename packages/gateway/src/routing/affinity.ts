import type { Candidate, Candidates } from "./candidate.ts";
import { weightOf } from "./lot.ts";

/** A replica may have this many times the average load before a conversation goes elsewhere. */
const BOUND = 1.25;

/**
 * Keeps a conversation on the replica that has its KV cache: every replica is ranked by a hash of the conversation's
 * beginning and its own id (rendezvous), so that one that comes or goes moves only its own share. The first in rank that
 * is not overloaded gets the request, since a hot prefix must not melt its replica.
 */
export function rankByAffinity(
  candidates: Candidates,
  conversation: number,
  signals: { inFlight(candidate: Candidate): number },
): Candidate {
  const total = candidates.reduce((sum, one) => sum + signals.inFlight(one), 0);
  const weights = candidates.reduce((sum, one) => sum + weightOf(one), 0);
  // The request itself counts, so that an idle fleet has room.
  const allowed = (one: Candidate) => Math.ceil((BOUND * (total + 1) * weightOf(one)) / weights);
  const ranked = candidates
    .map((candidate) => ({ candidate, rank: weightedRank(conversation, candidate) }))
    .toSorted((a, b) => b.rank - a.rank);
  const free = ranked.find(({ candidate }) => signals.inFlight(candidate) < allowed(candidate));
  return (free ?? ranked[0])?.candidate ?? candidates[0];
}

/** Each comes first for its weight's share of all conversations: weighted rendezvous. */
function weightedRank(conversation: number, candidate: Candidate): number {
  const drawn = (mix(conversation, hashText(candidate.id)) + 0.5) / 2 ** 32;
  return -weightOf(candidate) / Math.log(drawn);
}

/** FNV-1a over characters or bytes, 32 bits: to spread, not to protect. */
export function hashBytes(bytes: Iterable<number>): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function hashText(text: string): number {
  return hashBytes(Array.from(text, (character) => character.codePointAt(0) ?? 0));
}

/** Two hashes into one, with every bit of both in every bit of the result. */
function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ b, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
