import { OPENAI_MODEL } from "./provider-table.ts";
import { readModelName, type ModelParams } from "./provider.ts";

/** Longer names match nothing: they are no names of models. */
const LONGEST_NAME = 512;

export function isPattern(name: string): boolean {
  return name.includes("*");
}

/**
 * What each star of a pattern stands for in a name, or null where the name does not match. As LiteLLM's router has it
 * (`re.match` on the pattern with `(.*)` for a star): each star takes as much as it can, and what follows the last literal
 * is not looked at.
 */
export function matchPattern(pattern: string, name: string): readonly string[] | null {
  return match(pattern, name, false);
}

/** The same, to the end of the name. */
export function matchWhole(pattern: string, name: string): readonly string[] | null {
  return match(pattern, name, true);
}

/** From the right: the last place of each literal is what greedy stars come to, without trying any other. */
function match(pattern: string, name: string, isWhole: boolean): readonly string[] | null {
  const [first = "", ...literals] = pattern.split("*");
  if (name.length > LONGEST_NAME || !name.startsWith(first)) return null;
  const segments: string[] = [];
  let end = name.length;
  for (const [index, literal] of literals.toReversed().entries()) {
    const isFixed = index === 0 && (isWhole || literal === "");
    const at = isFixed
      ? name.endsWith(literal)
        ? name.length - literal.length
        : -1
      : name.lastIndexOf(literal, end - literal.length);
    // `lastIndexOf` takes what lies before the text for its beginning.
    if (at < first.length || at + literal.length > end) return null;
    if (index > 0) segments.unshift(name.slice(at + literal.length, end));
    end = at;
  }
  if (literals.length > 0) segments.unshift(name.slice(first.length, end));
  return literals.length > 0 || !isWhole || name === first ? segments : null;
}

/** The template with the segments in place of its stars, one after the other. */
export function fillIn(template: string, segments: readonly string[]): string {
  let next = 0;
  return template.replaceAll("*", (star) => segments[next++] ?? star);
}

export function countStars(name: string): number {
  return name.split("*").length - 1;
}

/** Most specific first, by LiteLLM's measure: the longer regular expression, then the one with more of its operators. */
export function bySpecificity(patterns: Iterable<string>): readonly string[] {
  return [...patterns].toSorted((one, other) => {
    const [a, b] = [measure(one), measure(other)];
    return b.length - a.length || b.operators - a.operators;
  });
}

/** Characters that Python's `re.escape` puts a backslash before. */
const ESCAPED = /[-()[\]{}?+|^$\\.&~# \t\n\r\v\f]/g;
const OPERATORS = /[+?\\^$|()]/g;

function measure(pattern: string): { readonly length: number; readonly operators: number } {
  const regex = pattern.replaceAll(ESCAPED, String.raw`\$&`).replaceAll("*", "(.*)");
  return { length: regex.length, operators: countStars(pattern) + (regex.match(OPERATORS)?.length ?? 0) };
}

/** The first of these patterns, which stand most specific first, that a name belongs to. */
export function patternOf(name: string, patterns: readonly string[]): string | undefined {
  const found = patterns.find((pattern) => matchPattern(pattern, name) !== null);
  if (found !== undefined || !OPENAI_MODEL.test(name)) return found;
  // LiteLLM then looks again under the provider that it takes the name to be of.
  const prefixed = `openai/${name}`;
  return patterns.find((pattern) => matchPattern(pattern, prefixed) !== null);
}

/** The name that a backend knows for one that an app sends; null where the pattern leads to none. */
export function upstreamName(pattern: string, params: ModelParams, name: string): string | null {
  const segments = matchPattern(pattern, name) ?? matchPattern(pattern, `openai/${name}`);
  if (segments === null) return null;
  const stars = countStars(params.model);
  const filled = stars > 0 && segments.length > stars ? name : fillIn(params.model, segments);
  const read = readModelName({ ...params, model: filled });
  return "expected" in read && read.expected !== "" ? read.expected : null;
}

/** The name that apps send for one that a backend serves; null where there is no such name. */
export function aliasName(pattern: string, expected: string, served: string): string | null {
  const segments = matchWhole(expected, served);
  if (segments === null || segments.length !== countStars(pattern)) return null;
  return fillIn(pattern, segments);
}
