import { setImmediate as nextTurn } from "node:timers/promises";
import { parseSnapshotInSlices, type Result, type Snapshot } from "@rollcall/contract";

/** Reads a snapshot a slice a turn of the event loop: whatever else the process does goes on in between. */
export async function parseInTurns(text: string): Promise<Result<Snapshot, string>> {
  const parsing = parseSnapshotInSlices(text);
  for (;;) {
    // Before the first, too: to have received so large a text was work enough for one turn.
    await nextTurn();
    const { done, value } = parsing.next();
    if (done === true) return value;
  }
}
