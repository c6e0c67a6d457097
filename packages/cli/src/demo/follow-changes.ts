import type { Clock } from "@rollcall/contract";
import type { Event, EventList } from "@rollcall/prober";

/** Where a reader of events has got to. */
export type EventPosition = Pick<EventList, "instance" | "newest">;

interface Following {
  /** Events after this one, and where they end. Rejects where the prober does not answer. */
  readonly fetch: (since: number) => Promise<EventList>;
  readonly onEvent: (event: Event) => void;
  readonly clock: Clock;
}

const POLL_MS = 250;

/** Hands on each event after `from`, until the signal is aborted. A prober that is restarted counts anew. */
export async function followChanges(
  { fetch, onEvent, clock }: Following,
  from: EventPosition,
  signal: AbortSignal,
): Promise<void> {
  let position = from;
  while (!signal.aborted) {
    const list = await fetchAfter(position, fetch).catch(() => null);
    if (list !== null && !signal.aborted) {
      for (const event of list.events) onEvent(event);
      position = list;
    }
    await clock.sleep(POLL_MS, signal);
  }
}

async function fetchAfter(
  { instance, newest }: EventPosition,
  fetch: Following["fetch"],
): Promise<EventList> {
  const list = await fetch(newest);
  return list.instance === instance ? list : fetch(0);
}
