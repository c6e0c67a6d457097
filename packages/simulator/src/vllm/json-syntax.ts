/** Where a text stops being JSON, in the words of CPython's json module. */
export interface SyntaxFault {
  readonly message: string;
  /** Characters before it. */
  readonly position: number;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /null|true|false|NaN|-?Infinity/y;
const STRING = /"(?:[ !#-[\]-\u{10ffff}]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/uy;
const SPACE = /[ \t\n\r]*/y;

/** The first fault of a text that JSON.parse refuses. */
export function syntaxFault(text: string): SyntaxFault {
  const scanner = new Scanner(text);
  try {
    scanner.value();
    return scanner.fail("Extra data", scanner.skipSpace());
  } catch (error) {
    if (error instanceof Found) return error.fault;
    throw error;
  }
}

class Found extends Error {
  readonly fault: SyntaxFault;

  constructor(fault: SyntaxFault) {
    super(fault.message);
    this.fault = fault;
  }
}

class Scanner {
  #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  fail(message: string, position: number): never {
    throw new Found({ message, position });
  }

  skipSpace(): number {
    this.#take(SPACE);
    return this.#at;
  }

  value(): void {
    this.skipSpace();
    const next = this.#text[this.#at];
    if (next === "{") return this.#members("}", () => this.#member());
    if (next === "[") return this.#members("]", () => this.value());
    if (next === '"') return this.#string();
    if (!this.#take(NUMBER) && !this.#take(WORD)) this.fail("Expecting value", this.#at);
  }

  #members(close: string, one: () => void): void {
    this.#at += 1;
    this.skipSpace();
    if (this.#text[this.#at] === close) return this.#skip();
    for (;;) {
      one();
      this.skipSpace();
      if (this.#text[this.#at] === close) return this.#skip();
      if (this.#text[this.#at] !== ",") this.fail("Expecting ',' delimiter", this.#at);
      this.#skip();
    }
  }

  #member(): void {
    this.skipSpace();
    if (this.#text[this.#at] !== '"') {
      this.fail("Expecting property name enclosed in double quotes", this.#at);
    }
    this.#string();
    this.skipSpace();
    if (this.#text[this.#at] !== ":") this.fail("Expecting ':' delimiter", this.#at);
    this.#skip();
    this.value();
  }

  #string(): void {
    const start = this.#at;
    this.#take(STRING);
    const next = this.#text[this.#at];
    if (next === '"') return this.#skip();
    if (next === undefined) this.fail("Unterminated string starting at", start);
    this.fail(next === "\\" ? "Invalid \\escape" : "Invalid control character at", this.#at);
  }

  #skip(): void {
    this.#at += 1;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found !== "";
  }
}
