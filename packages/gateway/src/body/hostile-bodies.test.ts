import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutAnywhere, jsonObjectText } from "../../test/json-text.ts";
import { StreamRelay } from "../upstream/relay/stream-relay.ts";
import { compileMarks, finishIn } from "../upstream/relay/answer-marks.ts";
import { hashConversation } from "./conversation.ts";
import { readJsonFields, readSpan, type Spans } from "./json-fields.ts";
import { readOverrides } from "./overrides.ts";

/** What the gateway makes of a body, or null where it refuses it. Never throws. */
function understand(body: Buffer) {
  const found = readJsonFields(body);
  if (!found.ok) return null;
  const { value: fields } = found;
  return {
    fields,
    hash: hashConversation(body, fields),
    overrides: readOverrides({ body, fields, headers: {} }, { numRetries: 10, tagFiltering: null }),
  };
}

const text = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: "binary", maxLength: 20 }));
const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), text);
const FIELDS = [
  "messages",
  "prompt",
  "input",
  "stream",
  "fallbacks",
  "disable_fallbacks",
  "num_retries",
  "timeout",
] as const;
const body = fc.record(Object.fromEntries(FIELDS.map((field) => [field, anything])), { requiredKeys: [] });

/** What there is to complain of. */
function wrongs({ hash, overrides }: NonNullable<ReturnType<typeof understand>>): string[] {
  const { fallbacks, disableFallbacks, numRetries, timeoutMs } = overrides;
  const checks: Record<string, boolean> = {
    hash: hash === null || (Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32),
    fallbacks: fallbacks === null || fallbacks.every((name) => typeof name === "string"),
    disableFallbacks: typeof disableFallbacks === "boolean",
    numRetries: numRetries === null || (Number.isInteger(numRetries) && numRetries >= 0 && numRetries <= 10),
    timeoutMs: timeoutMs === null || timeoutMs > 0,
  };
  return Object.keys(checks).filter((name) => checks[name] === false);
}

describe("whatever an app sends", () => {
  test("as values of the fields that mean something, is understood or ignored", () => {
    fc.assert(
      fc.property(body, (fields) => {
        const found = understand(Buffer.from(JSON.stringify({ ...fields, model: "m" })));
        expect(found === null ? ["refused"] : wrongs(found)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("as bytes, throws nothing", () => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      // Cut short, so that everything may be without its end.
      fc
        .tuple(body, fc.nat({ max: 200 }))
        .map(([fields, length]) =>
          Buffer.from(JSON.stringify({ model: "m", ...fields })).subarray(0, length),
        ),
      // Values that are no JSON, in their places.
      fc
        .tuple(fc.constantFrom(...FIELDS), fc.string({ maxLength: 12 }))
        .map(([field, value]) => Buffer.from(`{"model":"m","${field}":${value}}`)),
    );
    fc.assert(
      fc.property(junk, (bytes) => {
        const found = understand(bytes);
        expect(found === null ? [] : wrongs(found)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test("as JSON, spans are where the values are that a parser would find", () => {
    fc.assert(
      fc.property(jsonObjectText, body, (other, fields) => {
        // Another text's members first: of keys that repeat the last one holds.
        const members = other.trim().slice(1, -1).trim();
        const own = JSON.stringify({ ...fields, model: "m" }).slice(1);
        const whole = members === "" ? `{${own}` : `{${members},${own}`;
        const bytes = Buffer.from(whole);
        const found = readJsonFields(bytes);
        const parsed = JSON.parse(whole) as Record<string, unknown>;
        expect(found.ok).toBe(true);
        const spans: Spans = found.ok ? found.value.spans : {};
        for (const field of FIELDS) {
          const span = spans[field];
          expect(span !== undefined).toBe(Object.hasOwn(parsed, field));
          if (span !== undefined) expect(readSpan(bytes, span)).toEqual(parsed[field]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

const message = fc.record({ role: fc.constantFrom("user", "assistant", "tool"), content: text });

test("every later turn of a conversation hashes as its first, with a system's message and without", () => {
  const system = fc.option(fc.record({ role: fc.constantFrom("system", "developer"), content: text }), {
    nil: null,
  });
  fc.assert(
    fc.property(
      system,
      message,
      fc.array(message, { maxLength: 5 }),
      fc.constantFrom(undefined, 1),
      (head, ...[user, more, indent]) => {
        const opening = head === null ? [user] : [head, user];
        const hash = (messages: readonly object[]) =>
          understand(Buffer.from(JSON.stringify({ model: "m", messages }, null, indent)))?.hash;
        // With white space a list that goes on looks otherwise only behind the opening.
        expect(hash([...opening, ...more])).toBe(hash(opening));
      },
    ),
    { numRuns: 300 },
  );
});

const MARKS = compileMarks({
  dialect: "openai",
  response: {
    model: [],
    content: "choices",
    usage: [],
    events: {
      model: [],
      usage: [],
      named: false,
      opening: [],
      terminal: ["[DONE]"],
      finish: "finish_reason",
    },
  },
});
const KEY = Buffer.from('"finish_reason"');
const isAborted = (bytes: Buffer) => finishIn(bytes, KEY) === "aborted";
const ending = (reason: string) => ({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });

describe("an abort", () => {
  test("is never seen in what the model says, whatever it says", () => {
    const words = fc.array(
      fc.constantFrom('"finish_reason"', ":", " ", '"abort"', "\\", '"', "abort", "\n", "{", "}"),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(words, text, (parts, more) => {
        const content = parts.join("") + more;
        const chunk = { choices: [{ delta: { content }, finish_reason: null }] };
        expect(isAborted(Buffer.from(JSON.stringify(chunk)))).toBe(false);
        expect(isAborted(Buffer.from(JSON.stringify({ choices: [{ message: { content } }] }, null, 2)))).toBe(
          false,
        );
      }),
      { numRuns: 500 },
    );
  });

  test("is the reason of the end, and no other field beside it", () => {
    expect(isAborted(Buffer.from('{"finish_reason":0,"x":"abort"}'))).toBe(false);
    expect(isAborted(Buffer.from('{"x":"abort","finish_reason":"abort"}'))).toBe(true);
  });

  test("is seen behind any text, compact or spaced", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(undefined, 1, 4), (content, indent) => {
        const whole = { choices: [{ message: { content }, finish_reason: "abort" }] };
        expect(isAborted(Buffer.from(JSON.stringify(whole, null, indent)))).toBe(true);
      }),
    );
  });

  test("before any text sends nothing to the app, however the network cuts the stream", () => {
    const opening = {
      choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }],
    };
    const stream = [opening, ending("abort")].map((one) => `data: ${JSON.stringify(one)}\n\n`).join("");
    fc.assert(
      fc.property(cutAnywhere(`${stream}data: [DONE]\n\n`), (chunks) => {
        let sent = 0;
        const outgoing = { writeHead: () => (sent += 1), write: () => (sent += 1), end: () => (sent += 1) };
        const firstByte = () => (sent += 1);
        const facts = { status: 200, headers: {}, alias: "m", marks: MARKS };
        const down = { ...facts, outgoing, eventTransforms: () => [], firstByte };
        const relay = new StreamRelay(
          down as unknown as ConstructorParameters<typeof StreamRelay>[0],
          () => null,
        );
        // What ends the attempt ends the reading.
        const ended = chunks
          .map((chunk) => () => relay.data(chunk))
          .find((next) => typeof next() === "object");
        expect(ended).toBeDefined();
        expect(sent).toBe(0);
        expect(relay.committed).toBe(false);
      }),
    );
  });
});
