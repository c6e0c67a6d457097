import type { Kind } from "./kind.ts";
import { isPattern, matchWhole } from "./config/wildcard.ts";

/** Does a server of this kind answer to the expected name by this served one? A pattern expects any name that fits it. */
export function answersTo(kind: Kind, expected: string, served: string): boolean {
  if (isPattern(expected)) return matchWhole(expected, served) !== null;
  // A name without a tag stands for its `latest`.
  return served === expected || (kind === "ollama" && served === `${expected}:latest`);
}
