import type { KeyHash } from "./records.ts";

/** A digest alone: of a random key, without an end of its own. So are nearly all. */
export type CompactHashes = string | readonly KeyHash[];

export function compactHashes(hashes: readonly KeyHash[]): CompactHashes {
  const [first, ...others] = hashes;
  const isPlain = first?.method === "sha256" && first.until === null && others.length === 0;
  return isPlain ? first.digest : hashes;
}

/** Made anew with each call. */
export function hashesOf(hashes: CompactHashes): readonly KeyHash[] {
  return typeof hashes === "string" ? [{ method: "sha256", digest: hashes, until: null }] : hashes;
}
