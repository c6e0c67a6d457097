import type { Duplex } from "node:stream";
import type { AcceptsHolders, LedgerEnd } from "../ports.ts";
import { Lines } from "./lines.ts";
import { readToLedger } from "./read-message.ts";

/**
 * Lets the holders at the other end of a stream use the ledger. Whoever hands in the stream has authenticated it. `closed`
 * is called once; `fault`: what was wrong, for the log; null: it ended. The answer ends it.
 */
export function serveStream(
  ledger: AcceptsHolders,
  stream: Duplex,
  closed: (fault: string | null) => void = () => {},
): () => void {
  const ends = new Map<number, LedgerEnd>();
  const open = (channel: number): LedgerEnd => {
    const end = ledger.accept({
      send: (message) => {
        lines.say(channel, message);
      },
      close: () => {
        if (ends.delete(channel)) lines.endChannel(channel);
        end.disconnected();
      },
    });
    ends.set(channel, end);
    return end;
  };
  const lines = new Lines(stream, {
    line: ([channel, ...messages]) => {
      if (messages.length === 0) {
        ends.get(channel)?.disconnected();
        ends.delete(channel);
        return;
      }
      for (const message of messages) {
        const known = readToLedger(message);
        if (known === null) {
          lines.destroy("a message is none that holders send");
          return;
        }
        // A channel that was closed here opens again with its next greeting alone.
        const end = ends.get(channel) ?? (known.kind === "hello" ? open(channel) : null);
        end?.received(known);
      }
    },
    closed: (fault) => {
      for (const end of ends.values()) end.disconnected();
      ends.clear();
      closed(fault);
    },
  });
  return () => {
    lines.destroy();
  };
}
