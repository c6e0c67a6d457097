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

export interface StreamEvent<Taker = null> {
  readonly id: string;
  /** Empty where none is named. */
  readonly type: string;
  /** Empty where its lines were taken. */
  readonly data: string;
  /** What took them. */
  readonly taker: Taker | null;
}

/** Takes the lines of an event's data as they come, where that is too large to be gathered. */
export interface LineTaker {
  take(line: string): void;
}

/** Puts events together from a stream that comes in pieces of any length. */
export class EventStream<Taker extends LineTaker = never> {
  readonly #takerFor: (type: string) => Taker | null;
  #partial = "";
  #id = "";
  #type = "";
  #data: string[] = [];
  /** Undefined: no data has come of this event. */
  #taker: Taker | null | undefined;
  #size = 0;

  /** `takerFor`: of an event of that type; null: its data is gathered. */
  constructor(takerFor: (type: string) => Taker | null = () => null) {
    this.#takerFor = takerFor;
  }

  /** Characters of the event that has not ended yet. */
  get pending(): number {
    return this.#size + this.#partial.length;
  }

  /** What ends within this piece: events, and null for a heartbeat. */
  read(piece: string): readonly (StreamEvent<Taker> | null)[] {
    const ended: (StreamEvent<Taker> | null)[] = [];
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

  #readLine(line: string, ended: (StreamEvent<Taker> | null)[]): void {
    if (line === "") {
      const taker = this.#taker;
      if (taker !== undefined)
        ended.push({ id: this.#id, type: this.#type, data: this.#data.join("\n"), taker });
      this.#data = [];
      this.#taker = undefined;
      this.#type = "";
      this.#size = 0;
    } else if (line.startsWith(":")) {
      ended.push(null);
    } else {
      this.#size += line.length;
      const value = line.slice(line.indexOf(":") + 1).replace(/^ /, "");
      if (line.startsWith("data:")) this.#takeData(value);
      if (line.startsWith("id:")) this.#id = value;
      if (line.startsWith("event:")) this.#type = value;
    }
  }

  #takeData(value: string): void {
    if (this.#taker === undefined) this.#taker = this.#takerFor(this.#type);
    if (this.#taker === null) this.#data.push(value);
    else this.#taker.take(value);
  }
}
