import { setImmediate as nextTurn } from "node:timers/promises";

/** Does work a slice a turn of the event loop: whatever else the process does goes on in between. */
export async function inTurns<Value>(slices: Generator<void, Value>): Promise<Value> {
  for (;;) {
    // Before the first, too: to have received so large a text was work enough for one turn.
    await nextTurn();
    const { done, value } = slices.next();
    if (done === true) return value;
  }
}

/** All that is printed slice by slice, likewise. */
export async function collectInTurns(slices: Generator<string>): Promise<readonly Buffer[]> {
  const parts: Buffer[] = [];
  for (const slice of slices) {
    parts.push(Buffer.from(slice));
    await nextTurn();
  }
  return parts;
}

/** Does it at once, where nothing else has to go on meanwhile. */
export function finished<Value>(slices: Generator<void, Value>): Value {
  for (;;) {
    const { done, value } = slices.next();
    if (done === true) return value;
  }
}
