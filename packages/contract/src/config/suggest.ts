import { closest, distance } from "fastest-levenshtein";

/**
 * The known word that was probably meant, or null where none is near enough to be worth saying. `most`: how many letters
 * may be wrong; a third of them, unless told otherwise.
 */
export function suggest(
  found: string,
  known: readonly string[],
  most = Math.max(1, Math.floor(found.length / 3)),
): string | null {
  if (known.length === 0 || found === "") return null;
  const folded = found.toLowerCase();
  const same = known.find((word) => word.toLowerCase() === folded);
  if (same !== undefined) return same;
  const nearest = closest(found, known);
  return distance(found, nearest) <= most ? nearest : null;
}

/** `": did you mean "x"?"`, or nothing. */
export function didYouMean(found: string, known: readonly string[]): string {
  const nearest = suggest(found, known);
  return nearest === null ? "" : `: did you mean ${JSON.stringify(nearest)}?`;
}

/** Some tenths of a second. */
const MOST_COMPARED = 1_000_000;

/**
 * `didYouMean` among the same words again and again. Each guess looks at all of them, so of a thousand mistakes among ten
 * thousand words only the first ones get one.
 */
export function guessAmong(known: readonly string[]): (found: string) => string {
  let left = MOST_COMPARED;
  return (found) => ((left -= known.length) < 0 ? "" : didYouMean(found, known));
}
