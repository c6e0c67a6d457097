import { expect, test } from "vitest";
import { FakeClock } from "@rollcall/testkit";
import { headOf } from "../../test/scripted-gateway.ts";
import { askOnce } from "./ask-once.ts";
import { Deadlines } from "./deadlines.ts";
import type { ResponseSink } from "./http1/sending.ts";

const REQUEST = {
  method: "POST" as const,
  path: "/tokenize",
  headerLines: "",
  body: [],
  lender: null,
  repeatable: true,
};

/** Asks a server that answers as the test plays it; what came of it, and whether the answer was broken off. */
async function ask(play: (sink: ResponseSink, expire: () => void) => void) {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const seen = { aborted: false };
  const transport = {
    send: (_origin: string, _request: unknown, sink: ResponseSink) => {
      setImmediate(() =>
        play(sink, () => {
          clock.jump(1_000);
          deadlines.look();
        }),
      );
      return { abort: () => (seen.aborted = true), pause: () => {}, resume: () => {} };
    },
  };
  const body = await askOnce("http://a:1", REQUEST, { transport, deadlines, timeoutMs: 1_000, maxBytes: 4 });
  // No deadline is left behind: the timer ends with the last of them.
  deadlines.look();
  return { body: body?.toString() ?? null, aborted: seen.aborted };
}

const OK = headOf(200, {});

test.each<[string, (sink: ResponseSink, expire: () => void) => void, string | null, boolean]>([
  [
    "in pieces",
    (sink) => (sink.head(OK), sink.data(Buffer.from("ab")), sink.data(Buffer.from("cd")), sink.end()),
    "abcd",
    false,
  ],
  ["without a body", (sink) => (sink.head(OK), sink.end()), "", false],
  [
    "of another status",
    (sink) => (sink.head(headOf(404, {})), sink.data(Buffer.from("x")), sink.end()),
    null,
    true,
  ],
  ["that is too long", (sink) => (sink.head(OK), sink.data(Buffer.from("abcde")), sink.end()), null, true],
  [
    "that breaks off",
    (sink) => (sink.head(OK), sink.fail({ code: "ECONNRESET", unsent: false })),
    null,
    false,
  ],
  [
    "that takes too long",
    (sink, expire) => (sink.head(OK), expire(), sink.data(Buffer.from("ab"))),
    null,
    true,
  ],
])("an answer %s", async (_case, play, ...[body, aborted]) => {
  expect(await ask(play)).toEqual({ body, aborted });
});
