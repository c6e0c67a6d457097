import type { EventShape } from "@rollcall/contract";
import { describe, expect, test } from "vitest";
import { downstream } from "../../../test/relayed.ts";
import { classifyErrorText } from "../classify-answer.ts";
import { UpstreamError } from "../upstream-error.ts";
import { StreamRelay } from "./stream-relay.ts";

const NAMED: EventShape = {
  model: [],
  usage: [],
  named: true,
  opening: ["response.created"],
  terminal: ["response.completed", "response.failed"],
  finish: null,
};
const PLAIN: EventShape = {
  model: [],
  usage: [],
  named: false,
  opening: [],
  terminal: ["[DONE]"],
  finish: "finish_reason",
};

const event = (type: string, rest: object = {}, lineBreak = "\n") =>
  `event: ${type}${lineBreak}data: ${JSON.stringify({ type, ...rest })}${lineBreak}${lineBreak}`;

const DELTA = event("response.output_text.delta", { delta: "Hi" });
const ERROR = { code: "server_error", message: "overloaded" };

function relayed(events: EventShape) {
  const { down, bytes, seen } = downstream(
    { model: [], content: null, usage: [], events },
    "text/event-stream",
  );
  const relay = new StreamRelay(down, (text) => classifyErrorText(text, { alias: "chat", upstream: "up" }));
  return {
    relay,
    seen,
    data: (text: string) => relay.data(Buffer.from(text)),
    text: () => bytes().toString(),
  };
}

describe("a stream of named events", () => {
  test.each(["response.completed", "response.failed"])("is whole once %s came", (terminal) => {
    const { relay, data, text, seen } = relayed(NAMED);
    const events = DELTA + event(terminal);
    expect(data(events)).toBe("done");
    expect(relay.end()).toBeNull();
    expect(text()).toBe(events);
    expect(seen.ended).toBe(true);
  });

  test("that ends without its last event was broken off, and says so by an event with a name", () => {
    const { relay, data, text } = relayed(NAMED);
    data(DELTA);
    expect(relay.end()).toMatchObject({ reason: "server_error", retryable: true });
    relay.cut("cut");
    const [name = "", told = ""] = text().slice(DELTA.length).split("\n");
    expect(name).toBe("event: error");
    expect(JSON.parse(told.slice("data: ".length))).toMatchObject({
      type: "error",
      error: { code: "upstream_cut" },
    });
  });

  test("with nothing in it can still be asked for elsewhere", () => {
    const { relay, text } = relayed(NAMED);
    expect(relay.end()).toMatchObject({ reason: "server_error", retryable: true });
    expect([relay.committed, text()]).toEqual([false, ""]);
  });

  test.each([
    ["flat", event("error", ERROR)],
    ["nested", event("error", { error: ERROR })],
    ["with other line breaks", event("error", ERROR, "\r\n")],
    ["without a type", `event: error\ndata: ${JSON.stringify({ error: ERROR })}\n\n`],
  ])("whose first event is an error, %s, sends nothing", (_case, error) => {
    const { relay, data, text } = relayed(NAMED);
    expect(data(error)).toMatchObject({ reason: "server_error", retryable: true });
    expect([relay.committed, text()]).toEqual([false, ""]);
  });

  test("passes whole events before an error, and of the error not even its name", () => {
    for (const lineBreak of ["\n", "\r\n"]) {
      const { data, text } = relayed(NAMED);
      const before = event("response.output_text.delta", {}, lineBreak);
      expect(data(before + event("error", { error: ERROR }, lineBreak))).toBeInstanceOf(UpstreamError);
      expect(text()).toBe(before);
    }
  });

  test("is held back up to the first event that carries something", () => {
    const { relay, data, text } = relayed(NAMED);
    const opening = event("response.created", { response: { model: "up" } });
    expect(data(opening)).toBe("flow");
    expect([relay.committed, text()]).toEqual([false, ""]);
    data(DELTA);
    expect(text()).toBe(opening + DELTA);
  });

  test("that only opened can still be asked for elsewhere", () => {
    const { relay, data } = relayed(NAMED);
    data(event("response.created"));
    expect(relay.end()).toMatchObject({ reason: "server_error", retryable: true });
    expect(relay.committed).toBe(false);
  });

  test("of which the last event stands only in what the model says is not whole", () => {
    const { relay, data } = relayed(NAMED);
    data(event("response.output_text.delta", { delta: "x", metadata: { kind: "response.completed" } }));
    expect(relay.end()).toMatchObject({ reason: "server_error" });
  });

  test("which has to say why it finishes is broken off where its last event comes without that", () => {
    const { data, text } = relayed({ ...NAMED, terminal: ["message_stop"], finish: "stop_reason" });
    expect(
      data(event("message_delta", { delta: { stop_reason: null } }) + event("message_stop")),
    ).toMatchObject({
      reason: "draining",
    });
    expect(text()).not.toContain("message_stop");
    const whole = relayed({ ...NAMED, terminal: ["message_stop"], finish: "stop_reason" });
    const events = event("message_delta", { delta: { stop_reason: "end_turn" } }) + event("message_stop");
    expect(whole.data(events)).toBe("done");
    expect(whole.text()).toBe(events);
  });

  test("which has said why it finishes is not whole before its last event", () => {
    const { relay, data } = relayed({ ...NAMED, terminal: ["message_stop"], finish: "stop_reason" });
    data(event("message_delta", { delta: { stop_reason: "end_turn" } }));
    expect(relay.end()).toMatchObject({ reason: "server_error" });
  });

  test("may speak of errors", () => {
    const { data, text } = relayed(NAMED);
    const spoken = event("response.error.explained", { error: null, text: 'event: error\ndata: {"error"' });
    expect(data(spoken)).toBe("flow");
    expect(text()).toBe(spoken);
  });
});

test("a stream without names that has finished gets the [DONE] that its server left out, and breaks off by an event without a name", () => {
  const last = 'data: {"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}\n\n';
  const { relay, data, text } = relayed(PLAIN);
  data(last);
  expect(relay.end()).toBeNull();
  expect(text()).toBe(`${last}data: [DONE]\n\n`);
  const other = relayed(PLAIN);
  const open = last.replace('"stop"', "null");
  other.data(open);
  expect(other.relay.end()).toMatchObject({ reason: "server_error" });
  other.relay.cut("cut");
  expect(other.text()).toMatch(/^data: \{"choices".*\n\ndata: \{"error":/);
});
