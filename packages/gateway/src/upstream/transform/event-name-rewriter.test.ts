import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutAnywhere, jsonLine } from "../../../test/json-text.ts";
import { replaceNames } from "../../../test/names-in-json.ts";
import { EventNameRewriter } from "./event-name-rewriter.ts";
import type { KeyPath } from "@rollcall/contract";
import { compileNamePaths } from "./name-paths.ts";

const ALIAS = Buffer.from('"alias"');
const TOP: readonly KeyPath[] = [["model"]];

function rewrite(chunks: readonly (string | Buffer)[], paths: readonly KeyPath[] = TOP): string {
  const rewriter = new EventNameRewriter(ALIAS, compileNamePaths(paths));
  const out = chunks.flatMap((chunk) => rewriter.push(Buffer.from(chunk)));
  return Buffer.concat([...out, rewriter.flush()]).toString();
}

const chunk = (content: string, model = "up") =>
  `data: {"id":"chatcmpl-1","created":1,"model":"${model}","choices":[{"delta":{"content":${JSON.stringify(content)}}}]}\n\n`;

test.each([
  ["in every event", chunk("a") + chunk("b"), chunk("a", "alias") + chunk("b", "alias")],
  ["behind an event's name", 'event: x\ndata: {"model":"up"}\n\n', 'event: x\ndata: {"model":"alias"}\n\n'],
  ["behind a comment", ': ping\n\ndata: {"model":"up"}\n\n', ': ping\n\ndata: {"model":"alias"}\n\n'],
  ["where lines end in CR LF", 'data: {"model":"up"}\r\n\r\n', 'data: {"model":"alias"}\r\n\r\n'],
  ["where no space stands before the data", 'data:{"model":"up"}\n\n', 'data:{"model":"alias"}\n\n'],
  [
    "in data of several lines",
    'data: {"model":\ndata: "up"\nid: {"model":"up"}\ndata: }\n\n',
    'data: {"model":\ndata: "alias"\nid: {"model":"up"}\ndata: }\n\n',
  ],
  ["on the line behind its key", 'data: {"model":\ndata: "up"}\n\n', 'data: {"model":\ndata: "alias"}\n\n'],
  [
    "behind an event that was broken",
    'data: {"x":[{"\n\ndata: {"model":"up"}\n\n',
    'data: {"x":[{"\n\ndata: {"model":"alias"}\n\n',
  ],
  ["in an event without an end", 'data: {"model":"up"}', 'data: {"model":"alias"}'],
])("the name is replaced %s", (_case, text, expected) => {
  expect(rewrite([text])).toBe(expected);
  expect(rewrite(text.split(""))).toBe(expected);
});

test.each([
  ["the end of a stream", "data: [DONE]\n\n"],
  ["a comment", ': {"model":"up"}\n\n'],
  ["another field", 'event: {"model":"up"}\n\n'],
  ["a field that begins like data", 'datas: {"model":"up"}\ndat: {"model":"up"}\n\n'],
  ["a model in the arguments of a tool", 'data: {"choices":[{"delta":{"x":{"model":"up"}}}]}\n\n'],
  ["a key that is broken over two lines", 'data:{"mod\ndata:el":"up"}\n\n'],
])("%s is left as it is", (_case, text) => {
  expect(rewrite([text])).toBe(text);
  expect(rewrite(text.split(""))).toBe(text);
});

describe("an event that begins like the one before", () => {
  const first = 'data: {"model":"up","x":1}\n\n';
  const FIRST = 'data: {"model":"alias","x":1}\n\n';

  test.each([
    ["and has no other name", 'data: {"model":"up","x":2}\n\n', 'data: {"model":"alias","x":2}\n\n'],
    [
      "and has another name",
      'data: {"model":"up","model":"up"}\n\n',
      'data: {"model":"alias","model":"alias"}\n\n',
    ],
    [
      "and has a model within",
      'data: {"model":"up","x":{"model":"up"}}\n\n',
      'data: {"model":"alias","x":{"model":"up"}}\n\n',
    ],
    ["but for a longer name", 'data: {"model":"up2","x":1}\n\n', 'data: {"model":"alias","x":1}\n\n'],
    ["but for an earlier key", 'data: {"id":"9","model":"up"}\n\n', 'data: {"id":"9","model":"alias"}\n\n'],
  ])("%s", (_case, second, expected) => {
    expect(rewrite([first, second])).toBe(FIRST + expected);
    expect(rewrite([first + second + first])).toBe(FIRST + expected + FIRST);
  });

  test("whose name had no end", () => {
    expect(rewrite(['data: {"model":"u\n\n', 'data: {"model":"up"}\n\n'])).toBe(
      'data: {"model":"alias"\n\ndata: {"model":"alias"}\n\n',
    );
  });

  test("is known by bytes of our own, not by those that the next read overwrites", () => {
    const rewriter = new EventNameRewriter(ALIAS, compileNamePaths(TOP));
    const shared = Buffer.alloc(500);
    const push = (text: string) => {
      const length = shared.write(text);
      return Buffer.concat(rewriter.push(shared.subarray(0, length))).toString();
    };
    expect(push(first)).toBe(FIRST);
    expect(push('data: {"other":"up","x":1}\n\n')).toBe('data: {"other":"up","x":1}\n\n');
    expect(push(first)).toBe(FIRST);
  });

  test("is not scanned, and copied only by whoever writes it", () => {
    const rewriter = new EventNameRewriter(ALIAS, compileNamePaths(TOP));
    rewriter.push(Buffer.from(first));
    const event = Buffer.from(first);
    const parts = rewriter.push(event);
    expect(parts).toHaveLength(2);
    expect(parts[1]?.buffer).toBe(event.buffer);
  });

  test("has memory of its own, for a piece of a pool would keep all of the pool", () => {
    const rewriter = new EventNameRewriter(ALIAS, compileNamePaths(TOP));
    rewriter.push(Buffer.from(first));
    const [beginning] = rewriter.push(Buffer.from(first));
    expect(beginning?.buffer.byteLength).toBe(beginning?.length);
  });
});

test("events without a name pass as they are, not copied", () => {
  const event = Buffer.from('data: {"choices":[]}\n\n');
  const [only, ...rest] = new EventNameRewriter(ALIAS, compileNamePaths(TOP)).push(event);
  expect(only).toBe(event);
  expect(rest).toEqual([]);
});

const PATHS: readonly (readonly KeyPath[])[] = [
  TOP,
  [["stream", "model"]],
  [["model"], ["stream", "model"]],
  [["model"], ["model", "stream"]],
];

describe("a stream has the same events with only the names at the paths replaced", () => {
  const stream = fc.record({
    // Few different ones, so that many begin alike.
    lines: fc
      .array(jsonLine, { minLength: 1, maxLength: 3 })
      .chain((few) => fc.array(fc.constantFrom(...few), { maxLength: 8 })),
    end: fc.constantFrom("\n", "\r\n"),
    before: fc.constantFrom("", "event: model\n", ': "model":"up"\n', 'id: {"model":"up"}\r\n'),
    paths: fc.constantFrom(...PATHS),
  });
  const print = (lines: readonly string[], { end, before }: { end: string; before: string }) =>
    `${lines.map((line) => `${before}data: ${line}${end}${end}`).join("")}data: [DONE]${end}${end}`;

  test("whole events, one or several at a time", () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 4 }), ({ lines, paths, ...style }, atOnce) => {
        const text = print(lines, style);
        const events = text.split(/(?<=\n\r?\n)/);
        const chunks = events.flatMap((_, index) =>
          index % atOnce === 0 ? [events.slice(index, index + atOnce).join("")] : [],
        );
        const expected = lines.map((line) => replaceNames(line, paths, "alias"));
        expect(rewrite(chunks, paths)).toBe(print(expected, style));
      }),
      { numRuns: 3_000 },
    );
  });

  test("cut anywhere", () => {
    const cut = stream.chain((one) =>
      fc.record({ one: fc.constant(one), chunks: cutAnywhere(print(one.lines, one)) }),
    );
    fc.assert(
      fc.property(cut, ({ one: { lines, paths, ...style }, chunks }) => {
        const expected = lines.map((line) => replaceNames(line, paths, "alias"));
        expect(rewrite(chunks, paths)).toBe(print(expected, style));
      }),
      { numRuns: 3_000 },
    );
  });

  test("what is no stream comes out the same however it is cut", () => {
    const near = fc
      .array(
        fc.constantFrom(
          "data:",
          "data: ",
          '{"model":"up"',
          '{"model":"',
          '"',
          "\\",
          "}",
          "\n",
          "\n\n",
          "\r\n",
          "\r",
          "x",
          "[",
          "da",
          "id: ",
        ),
        { maxLength: 24 },
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        near.chain((text) => fc.record({ text: fc.constant(text), chunks: cutAnywhere(text) })),
        ({ text, chunks }) => {
          const byByte = rewrite(Array.from(text));
          expect(rewrite([text])).toBe(byByte);
          expect(rewrite(chunks)).toBe(byByte);
          expect(rewrite([`${text}\n\n`, `${text}\n\n`])).toBe(rewrite(Array.from(`${text}\n\n${text}\n\n`)));
        },
      ),
      { numRuns: 6_000 },
    );
  });
});
