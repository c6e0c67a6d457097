/** Server-sent events: what the writer's end of the HTTP carrier sends and the reader's receives. */

/** Says that the connection lives, and that all there is was sent. */
export const HEARTBEAT = ":\n\n";

/** Says only that the connection lives: what there is is still being printed. */
export const KEEPALIVE = "\n";

/** How often it does. */
export const HEARTBEAT_MS = 500;

export const EVENT_STREAM = "text/event-stream";

/** Of an answer that holds changes instead of the whole: as a file's log holds them. */
export const CHANGES = "application/x-rollcall-changes";

/** The type of an event that carries a change; one without a type carries a base, and changes behind it. */
export const CHANGE_EVENT = "change";

/** One event. The text may have several lines. */
export function printEvent(id: string, text: string, type = ""): string {
  const named = type === "" ? "" : `event: ${type}\n`;
  return `${named}data: ${printData(text)}${printEventEnd(id)}`;
}

/** For an event that is printed in parts: `data: `, each part by `printData`, and the end. */
export function printData(text: string): string {
  return text.replaceAll("\n", "\ndata: ");
}

export function printEventEnd(id: string): string {
  return `\nid: ${id}\n\n`;
}

export interface StreamEvent {
  readonly id: string;
  /** Empty where none is named. */
  readonly type: string;
  readonly data: string;
}

/** Puts events together from a stream that comes in pieces of any length. */
export class EventStream {
  #partial = "";
  #id = "";
  #type = "";
  #data: string[] = [];
  #size = 0;

  /** Characters of the event that has not ended yet. */
  get pending(): number {
    return this.#size + this.#partial.length;
  }

  /** What ends within this piece: events, and null for a heartbeat. */
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
      if (this.#data.length > 0) ended.push({ id: this.#id, type: this.#type, data: this.#data.join("\n") });
      this.#data = [];
      this.#type = "";
      this.#size = 0;
    } else if (line.startsWith(":")) {
      ended.push(null);
    } else {
      this.#size += line.length;
      const value = line.slice(line.indexOf(":") + 1).replace(/^ /, "");
      if (line.startsWith("data:")) this.#data.push(value);
      if (line.startsWith("id:")) this.#id = value;
      if (line.startsWith("event:")) this.#type = value;
    }
  }
}
