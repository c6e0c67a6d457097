/** A moment as text that passes through any gateway as a token: 15 digits of microseconds behind a sign. */
const SIGN = "@";
const DIGITS = 15;

/** Of the clock that all processes of the machine share. */
export function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

export function printStamp(micros: number): string {
  return SIGN + String(micros).padStart(DIGITS, "0");
}

/** All stamps in a piece of a stream. One that is cut in two is given back by `rest`, to be put before the next piece. */
export function readStamps(bytes: Buffer): { readonly stamps: number[]; readonly rest: Buffer | null } {
  const stamps: number[] = [];
  let at = bytes.indexOf(SIGN);
  while (at >= 0) {
    const end = at + 1 + DIGITS;
    if (end > bytes.length) return { stamps, rest: Buffer.from(bytes.subarray(at)) };
    stamps.push(Number(bytes.toString("latin1", at + 1, end)));
    at = bytes.indexOf(SIGN, end);
  }
  return { stamps, rest: null };
}
