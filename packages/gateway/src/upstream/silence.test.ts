import { describe, expect, test } from "vitest";
import { streamsToEnd, type AttemptTimes, type ServerTimes } from "./silence.ts";

const NEVER = Number.NEGATIVE_INFINITY;
const NOW = 100_000;
/** So many milliseconds ago. */
const ago = (ms: number): number => NOW - ms;

interface Named extends AttemptTimes {
  readonly name: string;
}

const attempt = (name: string, times: Partial<AttemptTimes> = {}): Named => ({
  name,
  isStream: true,
  heardAt: NEVER,
  awaitedSince: ago(60_000),
  ...times,
});

const running = (name: string, heardAt: number): Named => attempt(name, { heardAt });

/** A port that was closed 1.5 s ago, of a server that was listened to all the time. */
const CLOSED: ServerTimes = { refusedAt: ago(1_500), heardAt: NEVER, watchedSince: NEVER };

interface Case {
  readonly attempts: readonly Named[];
  readonly server?: Partial<ServerTimes>;
  readonly ends: readonly string[];
}

describe("of a server whose port refuses connections", () => {
  test.each<[what: string, case_: Case]>([
    [
      "all streams end that are silent for two seconds, those without a byte too",
      { attempts: [running("a", ago(2_000)), attempt("b")], ends: ["a", "b"] },
    ],
    ["none ends before that", { attempts: [running("a", ago(1_999)), attempt("b")], ends: [] }],
    [
      "none ends where one has brought a byte since, however long ago that is",
      {
        attempts: [running("a", ago(9_000)), running("b", ago(5_000))],
        server: { refusedAt: ago(6_000) },
        ends: [],
      },
    ],
    [
      "none ends where one that has ended meanwhile brought a byte since",
      {
        attempts: [running("a", ago(9_000))],
        server: { refusedAt: ago(6_000), heardAt: ago(5_000) },
        ends: [],
      },
    ],
    [
      "the same byte at the moment of the refusal counts as one since",
      { attempts: [running("a", ago(6_000))], server: { refusedAt: ago(6_000) }, ends: [] },
    ],
    [
      "a pause of ten seconds beside streams that go on is none of its end",
      {
        attempts: [
          running("paused", ago(9_900)),
          ...Array.from({ length: 50 }, (_, index) => running(`${index}`, ago(10 * index))),
        ],
        ends: [],
      },
    ],
    [
      "nor where the port was closed so shortly ago that they had no time to bring one since",
      {
        attempts: [running("paused", ago(9_900)), running("other", ago(450))],
        server: { refusedAt: ago(100) },
        ends: [],
      },
    ],
    [
      "a stream that was sent later waits its two seconds too",
      {
        attempts: [running("a", ago(4_000)), attempt("late", { awaitedSince: ago(1_900) })],
        server: { refusedAt: ago(3_000) },
        ends: ["a"],
      },
    ],
    [
      "one that the app holds up is not silent",
      {
        attempts: [
          running("a", ago(4_000)),
          attempt("held", { heardAt: ago(4_000), awaitedSince: Number.POSITIVE_INFINITY }),
          attempt("read again", { heardAt: ago(4_000), awaitedSince: ago(500) }),
        ],
        ends: ["a"],
      },
    ],
    [
      "an answer that is no stream stays: it says nothing before it is whole",
      { attempts: [attempt("json", { isStream: false }), running("a", ago(4_000))], ends: ["a"] },
    ],
    [
      "though its bytes show life as well",
      {
        attempts: [attempt("json", { isStream: false, heardAt: ago(900) }), running("a", ago(4_000))],
        ends: [],
      },
    ],
    [
      "none ends where this process stood still meanwhile: bytes may wait unread",
      { attempts: [running("a", ago(9_000))], server: { watchedSince: ago(1_000) }, ends: [] },
    ],
    ["where there is none, none ends", { attempts: [], ends: [] }],
  ])("%s", (_what, { attempts, server = {}, ends }) => {
    const ended = streamsToEnd(attempts, { ...CLOSED, ...server }, NOW);
    expect(ended.map(({ name }) => name)).toEqual(ends);
  });
});
