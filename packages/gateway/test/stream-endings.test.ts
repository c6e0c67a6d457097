import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutAnywhere } from "./json-text.ts";
import { field, file, multipart } from "./multipart.ts";
import { playTo, type Ending, type Play } from "./played-streams.ts";

/** One event as a server writes it, line breaks as `\n`. */
type Written = string;

const named = (type: string, rest: object = {}): Written =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const plain = (data: object): Written => `data: ${JSON.stringify(data)}\n\n`;
const DONE: Written = "data: [DONE]\n\n";

/** How the streams of one endpoint look, as every server of its kind writes them. */
interface Dialect {
  readonly endpoint: string;
  /** A whole stream; its last event is the terminal one. */
  readonly whole: readonly Written[];
  /** Events that may come anywhere. */
  readonly others: readonly Written[];
  /** How it tells a client of a cut. */
  readonly isError: (event: ReadEvent) => boolean;
  readonly body?: Buffer;
}

interface ReadEvent {
  readonly name: string;
  readonly data: string;
}

const isPlainError = ({ name, data }: ReadEvent) => name === "" && data.startsWith('{"error":{');
const isNamedError = ({ name, data }: ReadEvent) => name === "error" && data.startsWith('{"type":"error",');

const chatChunk = (content: string, finish: string | null = null) =>
  plain({
    id: "c",
    object: "chat.completion.chunk",
    model: "upstream-name",
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  });
const textChunk = (text: string, finish: string | null = null) =>
  plain({
    id: "c",
    object: "text_completion",
    model: "upstream-name",
    choices: [{ index: 0, text, finish_reason: finish }],
  });
const MESSAGE = { id: "msg_1", type: "message", role: "assistant", content: [], model: "upstream-name" };
const delta = (text: string) =>
  named("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
const ended = (reason: string | null) =>
  named("message_delta", {
    delta: { stop_reason: reason, stop_sequence: null },
    usage: { output_tokens: 2 },
  });
const RESPONSE = {
  id: "resp_up",
  object: "response",
  created_at: 1,
  model: "upstream-name",
  error: null,
  output: [],
};
const response = (type: string, rest: object = {}) =>
  named(`response.${type}`, { sequence_number: 0, response: { ...RESPONSE, status: type, ...rest } });
const said = (text: string) => named("response.output_text.delta", { sequence_number: 1, delta: text });
const form = (endpoint: string) =>
  multipart("b", [
    file(endpoint === "images_edits" ? "image" : "file", Buffer.from("RIFF")),
    field("model", "chat"),
    field("stream", "true"),
  ]);
const image = (type: string) => named(type, { b64_json: "aGk=", created_at: 1 });

const DIALECTS: readonly Dialect[] = [
  {
    endpoint: "chat_completions",
    whole: [chatChunk(""), chatChunk("[DONE]"), chatChunk('"error"'), chatChunk("", "stop"), DONE],
    others: [chatChunk("", "abort"), plain({ choices: [], usage: { total_tokens: 3 } })],
    isError: isPlainError,
  },
  {
    endpoint: "completions",
    whole: [textChunk("a"), textChunk("error"), textChunk("", "length"), DONE],
    others: [textChunk("", "abort")],
    isError: isPlainError,
  },
  {
    endpoint: "messages",
    whole: [
      named("message_start", { message: { ...MESSAGE, stop_reason: null, usage: { input_tokens: 1 } } }),
      named("ping"),
      named("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
      delta("an error"),
      delta("message_stop"),
      named("content_block_stop", { index: 0 }),
      ended("end_turn"),
      named("message_stop"),
    ],
    others: [ended(null)],
    isError: isNamedError,
  },
  {
    endpoint: "responses",
    whole: [
      response("created"),
      response("in_progress"),
      said("response.completed"),
      said('"error"'),
      response("completed"),
    ],
    others: [response("incomplete"), response("failed", { error: { code: "server_error", message: "no" } })],
    // Before an id was seen there is no response to fail.
    isError: (event) =>
      isNamedError(event) || (event.name === "response.failed" && event.data.includes('"status":"failed"')),
  },
  {
    endpoint: "audio_transcriptions",
    whole: [
      plain({
        object: "transcription.chunk",
        model: "upstream-name",
        choices: [{ delta: { content: "a" } }],
      }),
      plain({
        object: "transcription.chunk",
        model: "upstream-name",
        choices: [{ delta: { content: "b" } }],
      }),
      DONE,
    ],
    others: [],
    isError: isPlainError,
    body: form("audio_transcriptions"),
  },
  {
    endpoint: "audio_translations",
    whole: [
      plain({ type: "transcript.text.delta", delta: "a" }),
      plain({ type: "transcript.text.delta", delta: "transcript.text.done" }),
      plain({ type: "transcript.text.done", text: "ab", usage: { type: "duration", seconds: 1 } }),
    ],
    others: [],
    isError: isPlainError,
    body: form("audio_translations"),
  },
  {
    endpoint: "audio_speech",
    whole: [
      plain({ type: "speech.audio.delta", audio: "aGk=" }),
      plain({ type: "speech.audio.done", usage: { total_tokens: 1 } }),
    ],
    others: [],
    isError: isPlainError,
  },
  {
    endpoint: "images_generations",
    whole: [image("image_generation.partial_image"), image("image_generation.completed")],
    others: [],
    isError: isNamedError,
  },
  {
    endpoint: "images_edits",
    whole: [image("image_edit.partial_image"), image("image_edit.completed")],
    others: [],
    isError: isNamedError,
    body: form("images_edits"),
  },
];

const ERROR = { message: "http://10.0.0.1:8000 died", type: "InternalServerError", param: null, code: 500 };

/** In the middle of streams, from servers of all kinds. */
const ERRORS: readonly Written[] = [
  plain({ error: ERROR }),
  plain({ error: ERROR, choices: [] }),
  plain({ error: "10.0.0.1 died" }),
  plain({ object: "error", ...ERROR }),
  plain({ ...ERROR, type: "error" }),
  plain({ type: "error", error: { type: "overloaded_error", message: "10.0.0.1 is full" } }),
  named("error", { error: { type: "api_error", message: "10.0.0.1 died" } }),
  `event: error\ndata: ${JSON.stringify({ detail: "10.0.0.1 died" })}\n\n`,
  "event: error\ndata: 10.0.0.1 died\n\n",
  `error: ${JSON.stringify(ERROR)}\n\n`,
];

const COMMENTS: readonly Written[] = [": ping\n\n", ":\n\n", "retry: 100\n\n"];

/** As the standard reads events; a comment or an unknown field alone is one with neither name nor data. */
function readEvents(text: string): ReadEvent[] {
  const blocks = text.split(/\r?\n\r?\n/);
  if (blocks.at(-1) === "") blocks.pop();
  return blocks.map((block) => {
    const fields = block.split(/\r?\n/).map((line) => /^(\w*):? ?(.*)$/s.exec(line) ?? []);
    const valuesOf = (wanted: string) =>
      fields.flatMap(([, name, value = ""]) => (name === wanted ? [value] : []));
    return { name: valuesOf("event").at(-1) ?? "", data: valuesOf("data").join("\n") };
  });
}

const hasData = ({ data }: ReadEvent) => data !== "";

function isTerminal({ whole }: Dialect, { name, data }: ReadEvent): boolean {
  const [last] = readEvents(whole.at(-1) ?? "");
  if (last === undefined) throw new Error("no terminal");
  if (data === "[DONE]") return true;
  if (!data.startsWith("{")) return false;
  const type = name === "" ? String(JSON.parse(data)["type"] ?? "") : name;
  return (
    type !== "" &&
    (type === JSON.parse(last.data.startsWith("{") ? last.data : "{}")["type"] || TERMINALS.has(type))
  );
}

const TERMINALS: ReadonlySet<string> = new Set([
  "message_stop",
  "response.completed",
  "response.incomplete",
  "response.failed",
  // What becomes of vLLM's `[DONE]`.
  "transcript.text.done",
]);

/** Everything that a server may send, right or wrong, in pieces cut anywhere. */
function plays({ whole, others }: Dialect): fc.Arbitrary<Play> {
  const any = fc.constantFrom(...whole, ...others, ...ERRORS, ...COMMENTS);
  const right = fc.constant([...whole]);
  const withOneMore = fc
    .tuple(fc.nat({ max: whole.length }), fc.array(any, { maxLength: 2 }))
    .map(([at, more]) => [...whole.slice(0, at), ...more, ...whole.slice(at)]);
  const withLess = fc.nat({ max: whole.length }).map((at) => whole.filter((_, index) => index !== at));
  const events = fc.oneof(right, withOneMore, withLess, fc.array(any, { maxLength: 8 }));
  return fc
    .record({
      events,
      lineBreak: fc.constantFrom("\n", "\r\n"),
      kept: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
      ending: fc.constantFrom<Ending>("end", "reset", "silence"),
    })
    .chain(({ events: some, lineBreak, kept, ending }) => {
      const text = Buffer.from(some.join("").replaceAll("\n", lineBreak));
      const sent = text.subarray(0, Math.round(text.length * kept));
      return cutAnywhere(sent).map((chunks) => ({
        chunks: chunks.filter(({ length }) => length > 0),
        ending,
      }));
    });
}

describe.each(DIALECTS)("$endpoint", (dialect) => {
  test("a whole stream ends with its terminal event, however its connection ends", async () => {
    for (const ending of ["end", "reset", "silence"] as const) {
      const { body, ended: isEnded } = await playTo(dialect, {
        chunks: dialect.whole.map((one) => Buffer.from(one)),
        ending,
      });
      const events = readEvents(body);
      expect(events).toHaveLength(dialect.whole.length);
      expect(isTerminal(dialect, events.at(-1) ?? { name: "", data: "" })).toBe(true);
      expect(isEnded).toBe(true);
    }
  });

  test("every stream that began ends with exactly one terminal event or one error, and nothing behind it", async () => {
    const endings = { error: 0, terminal: 0, none: 0 };
    await fc.assert(
      fc.asyncProperty(plays(dialect), async (play) => {
        const { head, body, ended: isEnded } = await playTo(dialect, play);
        expect(isEnded).toBe(true);
        if (!head.includes("text/event-stream")) {
          endings.none += 1;
          expect(head).toMatch(/^HTTP\/1\.1 [45]\d\d /);
          return;
        }
        expect(body).not.toContain("10.0.0.1");
        const events = readEvents(body);
        const ends = events.map((event) =>
          dialect.isError(event) ? "error" : isTerminal(dialect, event) ? "terminal" : null,
        );
        expect(ends.filter((end) => end !== null)).toHaveLength(1);
        const last = ends.at(-1) ?? null;
        expect(last).not.toBeNull();
        if (last !== null) endings[last] += 1;
        // What came before stands as it was sent, but for the name, and nothing was invented.
        const sent = readEvents(Buffer.concat(play.chunks).toString("utf8")).filter(hasData);
        const before = events.slice(0, -1).filter(hasData);
        expect(before.map(({ name }) => name)).toEqual(sent.slice(0, before.length).map(({ name }) => name));
      }),
      { numRuns: 200 },
    );
    expect(Math.min(...Object.values(endings))).toBeGreaterThan(0);
  });
});
