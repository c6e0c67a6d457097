/** Server-sent events: what the prober's end of the HTTP carrier says and the gateway's hears. */

/** Says that the connection lives, and nothing else. */
export const BEAT = ":\n\n";

/** One event. The text may have several lines. */
export function printEvent(id: string, text: string): string {
  return `id: ${id}\ndata: ${text.replaceAll("\n", "\ndata: ")}\n\n`;
}

export interface StreamEvent {
  readonly id: string;
  readonly data: string;
}

/** Puts events together from a stream that comes in pieces of any length. */
export class EventStream {
  #partial = "";
  #id = "";
  #data: string[] = [];
  #size = 0;

  /** Characters of the event that has not ended yet. */
  get pending(): number {
    return this.#size + this.#partial.length;
  }

  /** What ends within this piece: events, and null for a beat. */
  read(piece: string): readonly (StreamEvent | null)[] {
    const ended: (StreamEvent | null)[] = [];
    let from = 0;
    for (;;) {
      const to = piece.indexOf("\n", from);
      if (to === -1) break;
      const line = this.#partial + piece.slice(from, to);
      this.#partial = "";
      from = to + 1;
      this.#readLine(line.endsWith("\r") ? line.slice(0, -1) : line, ended);
    }
    this.#partial += piece.slice(from);
    return ended;
  }

  #readLine(line: string, ended: (StreamEvent | null)[]): void {
    if (line === "") {
      if (this.#data.length > 0) ended.push({ id: this.#id, data: this.#data.join("\n") });
      this.#data = [];
      this.#size = 0;
    } else if (line.startsWith(":")) {
      ended.push(null);
    } else {
      this.#size += line.length;
      const value = line.slice(line.indexOf(":") + 1).replace(/^ /, "");
      if (line.startsWith("data:")) this.#data.push(value);
      if (line.startsWith("id:")) this.#id = value;
    }
  }
}
