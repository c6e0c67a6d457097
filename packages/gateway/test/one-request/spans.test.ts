import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from "@rollcall/testkit";
import { ENDINGS, FIRST_BYTE_MS, playRequest, SHAPES, whole, type RequestCase } from "./request-cases.ts";

let receiver: OtlpReceiver;
beforeAll(async () => void (receiver = await startOtlpReceiver()));
afterAll(() => receiver.close());

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const COMES = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: "vendor=1" };

/** Plays a request; resolves with its own span and those of its attempts, in order, and its end as others are told it. */
async function spansOf(one: RequestCase) {
  const seen = receiver.exports.length;
  const settings = { traces: { endpoint: receiver.url } };
  const { gateway, ctx } = await playRequest({ ...one, headers: { ...COMES, ...one.headers } }, { settings });
  void gateway.tracing.close();
  const spans = await vi.waitFor(() => {
    const found = receiver.exports.slice(seen).flatMap((each) => each.spans);
    if (found.length <= ctx.attempts) throw new Error("spans are missing");
    return found;
  });
  // Whatever it is: no key, prompt, answer, host or served name.
  const shown = JSON.stringify(spans, (_key, value: unknown) => (typeof value === "bigint" ? "" : value));
  expect(shown).not.toMatch(/sk-|secret|internal|upstream-name/);
  const [request, ...others] = spans.filter(({ kind }) => kind === SERVER);
  if (request === undefined || others.length > 0) throw new Error("not one span of the request");
  return { request, attempts: spans.filter(({ kind }) => kind === CLIENT), ctx };
}

const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;

const ms = ({ from, to }: ReceivedSpan) => Math.round(Number(to - from) / 1e6);

const OPERATIONS: Readonly<Record<string, string>> = {
  chat_completions: "chat",
  completions: "text_completion",
  embeddings: "embeddings",
  responses: "chat",
  messages: "chat",
};

const USED: Readonly<Record<string, object>> = {
  embeddings: { "gen_ai.usage.input_tokens": 12 },
  "a rerank": {},
  speech: {},
};

test.each(SHAPES.map((one) => [one.about, one] as const))(
  "%s has a span, and its attempt another",
  async (about, one) => {
    const { endpoint = "chat_completions", stream = false } = one;
    const { request, attempts, ctx } = await spansOf(one);
    const operation = OPERATIONS[endpoint] ?? endpoint;
    const dialect = endpoint === "messages" ? "anthropic" : endpoint === "rerank" ? "cohere" : "openai";
    const first = stream ? { "gen_ai.response.time_to_first_chunk": FIRST_BYTE_MS / 1_000 } : {};
    const shared = {
      "gen_ai.operation.name": operation,
      "gen_ai.request.model": "chat",
      "gen_ai.request.stream": stream,
      ...first,
      "http.response.status_code": 200,
    };
    expect(request).toMatchObject({ name: `${operation} chat`, traceId: TRACE, parentId: PARENT, status: 0 });
    expect(request.traceState).toBe("vendor=1");
    expect(request.attributes).toEqual({
      ...shared,
      "gen_ai.provider.name": dialect,
      "http.request.method": "POST",
      "http.route": ctx.endpoint.paths[0],
      "rollcall.request.id": "r-1",
      "rollcall.endpoint": endpoint,
      "rollcall.alias": "chat",
      "rollcall.ending": "complete",
      "rollcall.attempts": 1,
      "rollcall.fallbacks": 0,
    });
    expect(attempts).toMatchObject([
      { name: `${operation} chat`, traceId: TRACE, parentId: request.spanId, status: 0 },
    ]);
    const used = USED[about] ?? { "gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 5 };
    expect(attempts[0]?.attributes).toEqual({
      ...shared,
      "gen_ai.provider.name": expect.any(String),
      "gen_ai.response.model": "chat",
      ...used,
      "rollcall.deployment": "chat-1",
      "rollcall.attempt": 1,
      "rollcall.outcome": "complete",
    });
    expect([request, ...attempts].map(ms)).toEqual([FIRST_BYTE_MS, FIRST_BYTE_MS]);
    expect(request.resource).toMatchObject({
      "service.name": "rollcall-gateway",
      "telemetry.sdk.language": "nodejs",
    });
  },
);

/** Of each: error or not, status, what else its span says, and each attempt's. */
interface Told {
  readonly isError: boolean;
  readonly says: object;
  readonly attempts: readonly Readonly<Record<string, unknown>>[];
}

const DOWN = { isError: true, "error.type": "down", "rollcall.outcome": "failed" };
const ANSWERED = { isError: false, "rollcall.outcome": "complete", "gen_ai.usage.output_tokens": 5 };

const TOLD: Readonly<Record<string, Told>> = {
  cut: {
    isError: true,
    says: {
      "rollcall.ending": "upstream_aborted",
      "error.type": "upstream_aborted",
      "http.response.status_code": 200,
    },
    attempts: [
      {
        isError: true,
        "error.type": "upstream_cut",
        "rollcall.cut": "cut",
        "gen_ai.response.time_to_first_chunk": FIRST_BYTE_MS / 1_000,
      },
    ],
  },
  "left by its app": {
    isError: false,
    says: { "rollcall.ending": "client_disconnected", "http.response.status_code": 200 },
    attempts: [{ isError: false, "error.type": "client_disconnected", "rollcall.outcome": "abandoned" }],
  },
  "left before its first byte": {
    isError: false,
    says: { "rollcall.ending": "client_disconnected", "http.response.status_code": 499 },
    attempts: [{ isError: false, "error.type": "client_disconnected" }],
  },
  retried: {
    isError: false,
    says: { "rollcall.attempts": 2, "rollcall.fallbacks": 0, "rollcall.ending": "complete" },
    attempts: [
      { ...DOWN, "rollcall.deployment": "chat-1", "rollcall.attempt": 1 },
      { ...ANSWERED, "rollcall.deployment": "chat-2", "http.request.resend_count": 1 },
    ],
  },
  "fallen back": {
    isError: false,
    says: { "rollcall.attempts": 4, "rollcall.fallbacks": 1, "gen_ai.request.model": "chat" },
    attempts: [
      { ...DOWN, "rollcall.deployment": "chat-1" },
      { ...DOWN, "rollcall.deployment": "chat-2" },
      { ...DOWN, "gen_ai.request.model": "chat" },
      { ...ANSWERED, "rollcall.deployment": "other-1", "gen_ai.request.model": "other" },
    ],
  },
  failed: {
    isError: true,
    says: { "error.type": "down", "http.response.status_code": 502, "rollcall.ending": "error" },
    attempts: [{ ...DOWN, "rollcall.deployment": "lone-1" }],
  },
  "refused by its backend": {
    isError: false,
    says: { "error.type": "400", "http.response.status_code": 400 },
    attempts: [{ isError: true, "http.response.status_code": 400 }],
  },
  "with nobody ready": {
    isError: true,
    says: { "error.type": "none_ready", "http.response.status_code": 503, "rollcall.attempts": 0 },
    attempts: [],
  },
  "for a model that there is not": {
    isError: false,
    says: { "error.type": "unknown_model", "gen_ai.request.model": "nowhere", "rollcall.alias": "" },
    attempts: [],
  },
};

test("every ending is in the table", () => {
  expect(ENDINGS.map(({ about }) => about)).toEqual(Object.keys(TOLD));
});

test.each(ENDINGS.map((one) => [one.about, one] as const))("one %s", async (about, one) => {
  const { request, attempts, ctx } = await spansOf(one);
  const told = TOLD[about];
  expect(request.attributes).toMatchObject(told?.says ?? {});
  expect(request.status === ERROR).toBe(told?.isError);
  const shown = attempts.map(({ attributes, status }) => ({ ...attributes, isError: status === ERROR }));
  expect(shown).toMatchObject(told?.attempts ?? []);
  expect(attempts).toHaveLength(ctx.attempts);
  for (const { parentId, traceId } of attempts) expect([traceId, parentId]).toEqual([TRACE, request.spanId]);
});

test("what the request asks for is told as numbers, and who asks only for Langfuse", async () => {
  const body = {
    max_tokens: 7,
    temperature: 0.5,
    seed: "x",
    user: "somebody",
    metadata: { session_id: "s" },
  };
  const { request, attempts } = await spansOf({ about: "", plays: [whole], body });
  expect(attempts[0]?.attributes).toMatchObject({
    "gen_ai.request.max_tokens": 7,
    "gen_ai.request.temperature": 0.5,
  });
  expect(attempts[0]?.attributes).not.toHaveProperty("gen_ai.request.seed");
  expect(JSON.stringify([request.attributes, attempts[0]?.attributes])).not.toContain("somebody");
});
