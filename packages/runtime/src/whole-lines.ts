/** Longer than any line of ours: what goes on beyond is passed on in pieces. */
const LONGEST = 64 * 1024;

/** Makes whole lines of a text that comes in pieces, so that the lines of several writers do not mix. */
export class WholeLines {
  #rest = "";

  /** The lines that are whole by now, as one text; empty where none is. */
  take(piece: string): string {
    const text = this.#rest + piece;
    const end = text.length > LONGEST && !text.includes("\n") ? text.length : text.lastIndexOf("\n") + 1;
    this.#rest = text.slice(end);
    return text.slice(0, end);
  }

  /** What was left without an end, as a line. */
  end(): string {
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? "" : `${rest}\n`;
  }
}
