import type { Event, EventList } from "@rollcall/prober";
import { FakeClock } from "@rollcall/testkit";
import { expect, test } from "vitest";
import { followChanges } from "./follow-changes.ts";

/** A prober with as many events as it is told, of which a reader sees the sequences. */
function followed() {
  const prober = { instance: "a", newest: 3, answers: true };
  const seen: number[] = [];
  const stop = new AbortController();
  const clock = new FakeClock();
  const fetch = async (since: number): Promise<EventList> => {
    if (!prober.answers) throw new Error("no prober answers");
    const count = Math.max(0, prober.newest - since);
    const events = Array.from({ length: count }, (_, index) => ({ sequence: since + index + 1 }) as Event);
    return { instance: prober.instance, oldest: 1, newest: prober.newest, events };
  };
  const ended = followChanges(
    { fetch, onEvent: ({ sequence }) => void seen.push(sequence), clock },
    { instance: "a", newest: 3 },
    stop.signal,
  );
  return { prober, seen, stop, clock, ended };
}

test("only what comes after the beginning is handed on, each once", async () => {
  const { prober, seen, clock } = followed();
  await clock.advance(1_000);
  expect(seen).toEqual([]);
  prober.newest = 5;
  await clock.advance(1_000);
  expect(seen).toEqual([4, 5]);
});

test("a prober that does not answer for a while is asked on", async () => {
  const { prober, seen, clock } = followed();
  prober.answers = false;
  prober.newest = 4;
  await clock.advance(1_000);
  prober.answers = true;
  await clock.advance(250);
  expect(seen).toEqual([4]);
});

test("a restarted prober counts anew: all of its events are news", async () => {
  const { prober, seen, clock } = followed();
  await clock.advance(0);
  Object.assign(prober, { instance: "b", newest: 2 });
  await clock.advance(250);
  expect(seen).toEqual([1, 2]);
});

test("it ends when it is told to", async () => {
  const { prober, seen, stop, ended } = followed();
  stop.abort();
  prober.newest = 9;
  await ended;
  expect(seen).toEqual([]);
});
