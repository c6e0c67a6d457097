/** Something whose bytes are ready to leave. */
export interface Flushable {
  /** Writes them. Called once for each `flushLater`; throws nothing. */
  flush(): void;
}

/** What waits, waits for no more than this many reads and writes: a turn in which all streams have something is long. */
export const MOST_STEPS = 32;

let waiting: Flushable[] = [];
/** Since something waits. */
let steps = 0;
let isScheduled = false;

/**
 * What one turn of the event loop has to write leaves at its end, together. Each write to a peer that sleeps wakes it, which
 * costs more than the write: a peer that gets many in a row is woken once, and reads the rest on its way.
 */
export function flushLater(one: Flushable): void {
  waiting.push(one);
  if (!isScheduled) {
    isScheduled = true;
    setImmediate(endTurn);
  }
  noteStep();
}

/** A piece of the turn's work is done. */
export function noteStep(): void {
  if (waiting.length === 0) return;
  steps += 1;
  if (steps >= MOST_STEPS) flushAll();
}

function endTurn(): void {
  isScheduled = false;
  flushAll();
}

function flushAll(): void {
  const ready = waiting;
  waiting = [];
  steps = 0;
  for (const one of ready) one.flush();
}
