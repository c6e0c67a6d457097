const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long something has held, in one unit below an hour and in two above: `20 s`, `7 min`, `3 h 5 min`, `9 d 4 h`. */
export function printAge(ms: number): string {
  const age = Math.max(0, ms);
  if (age < MINUTE) return `${Math.floor(age / 1_000)} s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < DAY) return twoUnits([Math.floor(age / HOUR), "h"], [Math.floor((age % HOUR) / MINUTE), "min"]);
  return twoUnits([Math.floor(age / DAY), "d"], [Math.floor((age % DAY) / HOUR), "h"]);
}

type Part = readonly [count: number, unit: string];

function twoUnits([amount, unit]: Part, [rest, smaller]: Part): string {
  return rest === 0 ? `${amount} ${unit}` : `${amount} ${unit} ${rest} ${smaller}`;
}

/** `1,840` */
export function printCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Numbers and what they count: `1 model`, `6 models`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${printCount(amount)} ${amount === 1 ? one : many}`;
}

const LONGEST = 80;

/** A name as a config or a server has it: what cannot be seen is written out, and what is too long cut. */
export function printName(name: string): string {
  const seen = name.replaceAll(
    /\p{C}/gu,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
  return seen.length > LONGEST ? `${seen.slice(0, LONGEST - 1)}…` : seen;
}
