import { connect, type Socket } from "node:net";
import type { Clock } from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import { remove } from "./generation.ts";
import { sumOf, type Held } from "./held.ts";
import { receive, send } from "./message.ts";

/** An older generation that is silent for so long hangs; it is not waited for. */
const ANSWER_MS = 2_000;

export interface TakeOverOptions {
  /** Sockets of generations that may be ours to take over from. */
  readonly others: readonly string[];
  /** Inodes of the listening sockets. */
  readonly sockets: readonly number[];
  readonly door: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Takes over from every older generation that has the same listening socket: when this resolves none of them accepts, and
 * `onHeld` was told what they hold together. It is told again whenever that is less, until they are gone.
 */
export async function takeOver(options: TakeOverOptions, onHeld: (held: Held) => void): Promise<void> {
  const held = new Map<string, Held>();
  let isOver = false;
  const changed = (path: string, of: Held | null) => {
    if (of === null) held.delete(path);
    else held.set(path, of);
    if (isOver) onHeld(sumOf(held.values()));
  };
  const enough = new AbortController();
  const asking = options.others.map((path) => takeFrom(path, options, changed));
  const inTime = await Promise.race([
    Promise.all(asking).then(() => true),
    options.clock.sleep(ANSWER_MS, enough.signal).then(() => false),
  ]);
  enough.abort();
  if (!inTime) options.log.warn("an older generation does not answer; going on without it");
  isOver = true;
  onHeld(sumOf(held.values()));
}

/** Resolves once it has told what it holds, or is none of ours, or gone. */
function takeFrom(
  path: string,
  { sockets, door }: Pick<TakeOverOptions, "door" | "sockets">,
  changed: (path: string, held: Held | null) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(path);
    socket.once("connect", () => send(socket, { kind: "take", sockets, door }));
    socket.on("error", ({ code }: NodeJS.ErrnoException) => {
      // Of a process that was killed.
      if (code === "ECONNREFUSED") remove(path);
    });
    socket.once("close", () => {
      changed(path, null);
      resolve();
    });
    receive(socket, (message) => {
      if (message.kind !== "held") {
        socket.destroy();
        return;
      }
      changed(path, message.held);
      resolve();
    });
    socket.unref();
  });
}
