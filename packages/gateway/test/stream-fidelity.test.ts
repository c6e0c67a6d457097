import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KeyPath } from "@rollcall/contract";
import { cutAnywhere, jsonLine } from "./json-text.ts";
import { replaceNames } from "./names-in-json.ts";
import { playTo } from "./played-streams.ts";

const UP = "upstream-name";

/** Streams of one endpoint whose events hold whatever servers, models and their tools may say. */
interface Shape {
  readonly endpoint: string;
  readonly opening: (said: Said) => readonly object[];
  readonly middle: (said: Said) => readonly object[];
  readonly closing: (said: Said) => readonly object[];
  /** Where the model's name stands. */
  readonly model: readonly KeyPath[];
  /** Where an id stands that is replaced by one of the gateway's. */
  readonly id: readonly KeyPath[];
}

/** What a model says: a text, and the arguments of a tool. */
interface Said {
  readonly text: string;
  readonly tool: unknown;
}

/** Data that looks like what is replaced, where it must not be. */
const lookalike = ({ text, tool }: Said) => ({
  text,
  tool,
  model: UP,
  id: "resp_up",
  arguments: JSON.stringify({ model: UP, message: { model: UP }, response: { id: "resp_up", model: UP } }),
  input: { model: UP, message: { model: UP }, response: { id: "resp_up", model: UP } },
});

const SHAPES: readonly Shape[] = [
  {
    endpoint: "messages",
    opening: (said) => [
      {
        type: "message_start",
        message: {
          ...lookalike(said),
          model: UP,
          stop_reason: null,
          usage: { input_tokens: 1 },
        },
      },
      { type: "ping" },
      { type: "content_block_start", index: 0, content_block: { type: "tool_use", ...lookalike(said) } },
    ],
    middle: (said) => [
      { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: said.text } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", ...lookalike(said) } },
      { type: "content_block_stop", index: 0 },
      { type: "vendor.thing", ...lookalike(said), message: { model: UP } },
    ],
    closing: () => [
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 3 } },
      { type: "message_stop" },
    ],
    model: [["message", "model"]],
    id: [],
  },
  {
    endpoint: "responses",
    opening: (said) => [
      { type: "response.created", sequence_number: 0, response: { ...lookalike(said), created_at: 7 } },
      { type: "response.in_progress", response: { model: UP, id: "resp_up", error: null } },
    ],
    middle: (said) => [
      { type: "response.output_text.delta", item_id: "resp_up", delta: said.text },
      { type: "response.function_call_arguments.done", ...lookalike(said) },
      {
        type: "response.output_item.done",
        item: { ...lookalike(said), response: { id: "resp_up", model: UP } },
      },
    ],
    closing: (said) => [
      {
        type: "response.completed",
        response: {
          output: [lookalike(said)],
          id: "resp_up",
          model: UP,
          metadata: { id: "resp_up", model: UP },
        },
      },
    ],
    model: [["response", "model"]],
    id: [["response", "id"]],
  },
];

/** How a server writes its events. */
interface Style {
  readonly lineBreak: string;
  readonly gap: string;
  /** Data over several lines. */
  readonly isTall: boolean;
  /** Lines in front of the data beside `event:`. */
  readonly before: string;
  readonly between: string;
}

const style: fc.Arbitrary<Style> = fc.record({
  lineBreak: fc.constantFrom("\n", "\r\n"),
  gap: fc.constantFrom(" ", ""),
  isTall: fc.boolean(),
  before: fc.constantFrom(
    "",
    'id: {"response":{"id":"resp_up"}}\n',
    ': "model":"upstream-name"\n',
    "retry: 5\n",
  ),
  between: fc.constantFrom("", ": ping\n\n", ': {"message":{"model":"upstream-name"}}\n\n'),
});

const said: fc.Arbitrary<Said> = fc.record({
  text: fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom(UP, `{"model":"${UP}"}`, "é漢😀", 'data: {"message":{"model":"x"}}\n\n', "message_stop"),
  ),
  tool: jsonLine.map((line): unknown => JSON.parse(line)),
});

/** As it stands on the wire, `change` put over the data of each event. */
function print(
  events: readonly object[],
  { lineBreak, gap, isTall, before, between }: Style,
  change: (data: string) => string,
) {
  return events
    .map((event) => {
      const data = change(JSON.stringify(event, null, isTall ? 1 : 0));
      const lines = data.split("\n").map((line) => `data:${gap}${line}\n`);
      const type = "type" in event ? `event: ${String(event.type)}\n` : "";
      return `${between}${before}${type}${lines.join("")}\n`;
    })
    .join("")
    .replaceAll("\n", lineBreak);
}

describe.each(SHAPES)("$endpoint", (shape) => {
  const stream = fc.tuple(said, fc.array(said, { maxLength: 3 }), style).chain(([edge, middle, written]) => {
    const events = [...shape.opening(edge), ...middle.flatMap(shape.middle), ...shape.closing(edge)];
    const text = print(events, written, (data) => data);
    return cutAnywhere(text).map((chunks) => ({ events, written, chunks }));
  });

  test("a stream in any pieces reaches the app byte for byte, but for the name and the id", async () => {
    await fc.assert(
      fc.asyncProperty(stream, async ({ events, written, chunks }) => {
        const play = { chunks: chunks.filter(({ length }) => length > 0), ending: "end" } as const;
        const { body } = await playTo(shape, play);
        const id = /"id":\s?"(resp_[^"]{20,})"/.exec(body.replace(/\r?\ndata: ?/g, ""))?.[1] ?? "none";
        const expected = print(events, written, (data) =>
          replaceNames(replaceNames(data, shape.model, "chat"), shape.id, id),
        );
        expect(body).toBe(expected);
        if (shape.id.length > 0) expect(id).not.toBe("none");
      }),
      { numRuns: 300 },
    );
  });
});
