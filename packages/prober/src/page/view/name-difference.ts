/** A piece of a name, and whether it is what the other name has not. */
export interface NamePart {
  readonly text: string;
  readonly differs: boolean;
}

/** The least that two names must have in common for their difference to be worth marking. */
const LEAST_COMMON = 0.3;

/** Both names in parts, with what differs between their common beginning and end marked. */
export function differ(one: string, other: string): readonly [readonly NamePart[], readonly NamePart[]] {
  const [left, right] = [Array.from(one), Array.from(other)];
  const shorter = Math.min(left.length, right.length);
  let head = 0;
  while (head < shorter && left[head] === right[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && left.at(-1 - tail) === right.at(-1 - tail)) tail += 1;
  if (head + tail < LEAST_COMMON * Math.max(left.length, right.length)) [head, tail] = [0, 0];
  return [partsOf(left, head, tail), partsOf(right, head, tail)];
}

function partsOf(chars: readonly string[], head: number, tail: number): readonly NamePart[] {
  const end = chars.length - tail;
  return [
    { text: chars.slice(0, head).join(""), differs: false },
    { text: chars.slice(head, end).join(""), differs: true },
    { text: chars.slice(end).join(""), differs: false },
  ].filter(({ text }) => text !== "");
}
