import type { Duplex } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** More than any message has: what comes without an end is none. */
const MAX_LINE = 16 * 1024 * 1024;

export interface LinesListener {
  received(message: unknown): void;
  /** Called once; nothing comes after it. */
  over(): void;
}

export interface Lines {
  send(message: object): void;
  /** What was sent before still goes out. */
  end(): void;
}

/** JSON in both directions, a line for each message. Whatever is no such line ends the connection. */
export function carryLines(stream: Duplex, head: Buffer, listener: LinesListener): Lines {
  let rest = "";
  let isOver = false;
  const over = () => {
    if (isOver) return;
    isOver = true;
    stream.destroy();
    listener.over();
  };
  const decoder = new StringDecoder("utf8");
  const take = (piece: Buffer) => {
    const lines = (rest + decoder.write(piece)).split("\n");
    rest = lines.pop() ?? "";
    try {
      for (const line of lines) if (!isOver) listener.received(JSON.parse(line));
    } catch {
      over();
    }
    if (rest.length > MAX_LINE) over();
  };
  stream.on("data", take);
  for (const event of ["end", "error", "close"]) stream.on(event, over);
  if (head.length > 0) setImmediate(() => take(head));
  return {
    send: (message) => {
      if (!isOver && stream.writable) stream.write(`${JSON.stringify(message)}\n`);
    },
    end: () => void stream.end(),
  };
}
