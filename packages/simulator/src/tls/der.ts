/** The little of ASN.1's distinguished encoding rules that a certificate needs. */

const SEQUENCE = 0x30;
export const SET = 0x31;
const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;

/** One element: its tag, its length, what it holds. */
export function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return element(SEQUENCE, ...parts);
}

/** A whole number from its bytes, the first of them between 1 and 127. */
export function integer(...bytes: readonly number[]): Buffer {
  return element(0x02, Buffer.from(bytes));
}

/** "2.5.4.3" and the like. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** A string of whole bytes. */
export function bitString(bytes: Buffer): Buffer {
  return element(BIT_STRING, Buffer.from([0]), bytes);
}

/** YYMMDDHHMMSSZ; good for the years 1950 to 2049. */
export function utcTime(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return element(UTC_TIME, Buffer.from(digits.slice(2)));
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
