/** Something whose bytes are ready to leave. */
export interface Flushable {
  /** Writes them. Called once for each `flushLater`; throws nothing. */
  flush(): void;
}

/** So many never wait for more of the turn. */
export const MOST_WAITING = 16;

let waiting: Flushable[] = [];
let isScheduled = false;

/**
 * What one turn of the event loop has to write leaves at its end, together. Each write to a peer that sleeps wakes it, which
 * costs more than the write: a peer that gets many in a row is woken once, and reads the rest on its way.
 */
export function flushLater(one: Flushable): void {
  waiting.push(one);
  if (waiting.length >= MOST_WAITING) flushAll();
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(endTurn);
}

function endTurn(): void {
  isScheduled = false;
  flushAll();
}

function flushAll(): void {
  const ready = waiting;
  waiting = [];
  for (const one of ready) one.flush();
}
