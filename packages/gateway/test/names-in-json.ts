import type { KeyPath } from "@rollcall/contract";

/** The plain way to do it: reads a valid JSON text character by character, and puts `to` for each string at one of the paths. */
export function replaceNames(text: string, paths: readonly KeyPath[], to: string): string {
  const reader = new Reader(text, paths);
  reader.value([]);
  let out = "";
  let copied = 0;
  for (const [start, end] of reader.names) {
    out += text.slice(copied, start) + JSON.stringify(to);
    copied = end;
  }
  return out + text.slice(copied);
}

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\[^])*"/y;
const LITERAL = /[^,\]}\s]+/y;

class Reader {
  readonly #text: string;
  readonly #paths: readonly KeyPath[];
  readonly names: [start: number, end: number][] = [];
  #at = 0;

  constructor(text: string, paths: readonly KeyPath[]) {
    this.#text = text;
    this.#paths = paths;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  /** `above`: the keys that lead here; null within an array. */
  value(above: KeyPath | null): void {
    this.#take(SPACE);
    const start = this.#at;
    const first = this.#text[start];
    if (first === "{") this.#members(above);
    else if (first === "[") this.#items();
    else if (first === '"') {
      this.#take(STRING);
      const isName = this.#paths.some((path) => JSON.stringify(path) === JSON.stringify(above));
      if (isName) this.names.push([start, this.#at]);
    } else this.#take(LITERAL);
    this.#take(SPACE);
  }

  #members(above: KeyPath | null): void {
    this.#at += 1;
    this.#take(SPACE);
    while (this.#text[this.#at] !== "}") {
      // As written: a key with escapes in it is another one.
      const key = this.#take(STRING).slice(1, -1);
      this.#take(SPACE);
      this.#at += 1;
      this.value(above === null ? null : [...above, key]);
      this.#pass(",");
    }
    this.#at += 1;
  }

  #items(): void {
    this.#at += 1;
    this.#take(SPACE);
    while (this.#text[this.#at] !== "]") {
      this.value(null);
      this.#pass(",");
    }
    this.#at += 1;
  }

  #pass(character: string): void {
    if (this.#text[this.#at] === character) this.#at += 1;
    this.#take(SPACE);
  }
}
