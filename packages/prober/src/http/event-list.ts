import { err, ok, type Result } from "@rollcall/contract";
import type { Event, EventFilter } from "../events.ts";
import type { ProberHttp } from "./context.ts";

/** What `GET /events` answers. */
export interface EventList {
  /** The run of the prober that counts them: after a restart they begin anew with 1. */
  readonly instance: string;
  /** Older ones are forgotten: whoever knows none as old as that has missed some. */
  readonly oldest: number;
  /** To be asked with as `since` next time. */
  readonly newest: number;
  /** Newest last. */
  readonly events: readonly Event[];
}

const KNOWN = ["since", "deployment", "alias"];

export function readEvents(
  query: Readonly<Record<string, string>>,
  { events, prober }: Pick<ProberHttp, "events" | "prober">,
): Result<EventList, string> {
  const unknown = Object.keys(query).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined)
    return err(`no parameter ${JSON.stringify(unknown)}: there are ${KNOWN.join(", ")}`);
  const { since = "0", ...names } = query;
  if (!/^\d{1,15}$/.test(since))
    return err(`since must be the sequence of an event, and not ${JSON.stringify(since)}`);
  const filter: EventFilter = { since: Number(since), ...names };
  const { oldest, newest } = events;
  return ok({ instance: prober.instance, oldest, newest, events: events.list(filter) });
}
