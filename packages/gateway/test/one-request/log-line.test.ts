import { expect, test } from "vitest";
import type { Log } from "@rollcall/runtime";
import { requestFacts } from "../../src/observe/request-facts.ts";
import { RequestLog } from "../../src/observe/request-log.ts";
import type { RequestEnd } from "../../src/pipeline/stage.ts";
import { ENDINGS, FIRST_BYTE_MS, playRequest, SHAPES, whole, type RequestCase } from "./request-cases.ts";

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

/** What a gateway logs, as a reader of its JSON lines has it. */
function logTo(lines: Line[]): Log {
  const at = (level: string) => (facts: object, msg: string) =>
    void lines.push({ level, msg, ...(JSON.parse(JSON.stringify(facts)) as object) });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } as unknown as Log;
}

async function linesOf(one: RequestCase, rollcall: object = {}): Promise<readonly Line[]> {
  const lines: Line[] = [];
  const log = logTo(lines);
  await playRequest(one, { log, accessLog: log, settings: rollcall });
  // Whatever it is: no key, prompt, answer, host or served name.
  expect(JSON.stringify(lines)).not.toMatch(/sk-|secret|internal|upstream-name/);
  return lines;
}

const ALL = { gateway: { access_log: true } };

/** What is in every line of a request that was sent once and answered. */
const ANSWERED = {
  level: "info",
  msg: "request",
  requestId: "r-1",
  endpoint: "chat_completions",
  alias: "chat",
  deployment: "chat-1",
  attempts: 1,
  fallbacks: 0,
  stream: false,
  status: 200,
  ending: "complete",
  ms: FIRST_BYTE_MS,
  ttftMs: FIRST_BYTE_MS,
  queueMs: 0,
  overheadMs: 0,
  keyId: "master",
};

const TOKENS: Readonly<Record<string, object>> = {
  embeddings: { tokensIn: 12 },
  "a rerank": {},
  speech: {},
};

test.each(SHAPES.map((one) => [one.about, one] as const))("%s has one line", async (about, one) => {
  const { endpoint = "chat_completions", stream = false } = one;
  const tokens = TOKENS[about] ?? { tokensIn: 12, tokensOut: 5 };
  expect(await linesOf(one, ALL)).toEqual([{ ...ANSWERED, endpoint, stream, ...tokens }]);
  expect(await linesOf(one)).toEqual([]);
});

const FAILED = { level: "warn", msg: "attempt failed", requestId: "r-1", timeout: null, status: null };
const { ms: _, ttftMs: __, ...TIMELESS } = ANSWERED;

/** All lines of each, and those of them that are there without an access log. */
const TOLD: Readonly<Record<string, { all: readonly object[]; always: number }>> = {
  cut: {
    all: [
      {
        ...ANSWERED,
        level: "warn",
        msg: "stream cut by the backend",
        ending: "upstream_aborted",
        stream: true,
        reason: "cut",
        ms: 100,
      },
    ],
    always: 1,
  },
  "left by its app": {
    all: [{ ...ANSWERED, stream: true, ending: "client_disconnected" }],
    always: 0,
  },
  "left before its first byte": {
    all: [{ ...TIMELESS, stream: true, status: 499, ending: "client_disconnected", ms: 5 }],
    always: 0,
  },
  retried: {
    all: [
      { ...FAILED, deployment: "chat-1", attempt: 1, reason: "down" },
      { ...ANSWERED, deployment: "chat-2", attempts: 2, tokensIn: 12, tokensOut: 5 },
    ],
    always: 1,
  },
  "fallen back": {
    all: [
      { ...FAILED, deployment: "chat-1", attempt: 1, reason: "down" },
      { ...FAILED, deployment: "chat-2", attempt: 2, reason: "down" },
      { ...FAILED, attempt: 3, reason: "down" },
      { ...TIMELESS, deployment: "other-1", attempts: 4, fallbacks: 1, tokensIn: 12, tokensOut: 5 },
    ],
    always: 3,
  },
  failed: {
    all: [
      { ...FAILED, deployment: "lone-1", attempt: 1, reason: "down" },
      {
        level: "warn",
        msg: "request failed",
        alias: "lone",
        deployment: "lone-1",
        status: 502,
        ending: "error",
        error: "upstream_failed",
        reason: "down",
      },
    ],
    always: 2,
  },
  "refused by its backend": {
    all: [{ msg: "request rejected", status: 400, error: "upstream_answer", deployment: "chat-1" }],
    always: 1,
  },
  "with nobody ready": {
    all: [{ msg: "request failed", status: 503, error: "none_ready", reason: "down", attempts: 0 }],
    always: 1,
  },
  "for a model that there is not": {
    all: [{ msg: "request rejected", status: 404, error: "unknown_model", alias: "", attempts: 0 }],
    always: 1,
  },
};

test("every ending is in the table", () => {
  expect(ENDINGS.map(({ about }) => about)).toEqual(Object.keys(TOLD));
});

test.each(ENDINGS.map((one) => [one.about, one] as const))("one %s", async (about, one) => {
  const { all, always } = TOLD[about] ?? { all: [], always: 0 };
  const lines = await linesOf(one, ALL);
  expect(lines).toMatchObject(all);
  expect(lines).toHaveLength(all.length);
  const told = await linesOf(one);
  expect(told).toHaveLength(always);
  for (const line of told) expect(lines.map(({ msg }) => msg)).toContain(line.msg);
});

test("every line about a request has the trace that it came with", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  for (const one of ENDINGS) {
    const lines = await linesOf({ ...one, headers }, ALL);
    expect(lines.map((line) => line["traceId"])).toEqual(lines.map(() => traceId));
  }
});

test("the client's address is there where it is asked for", async () => {
  for (const isAsked of [true, false]) {
    const settings = { ...ALL, log: { client_address: isAsked } };
    const { ctx } = await playRequest({ about: "", plays: [whole] }, { settings });
    Object.assign(ctx.incoming, { socket: { remoteAddress: "192.0.2.7" } });
    expect(requestFacts(ctx, DONE).client).toBe(isAsked ? "192.0.2.7" : undefined);
  }
});

const DONE: RequestEnd = { ending: "complete", failure: null, status: 200, ms: 1 };

test.each([
  [0.25, 0.24, 1],
  [0.25, 0.25, 0],
  [false, 0, 0],
  [true, 0.999, 1],
])("of a share of %j one that draws %d has %d lines, unless it was cut", async (access_log, drawn, count) => {
  const settings = { gateway: { access_log } };
  const { ctx } = await playRequest({ about: "", plays: [whole] }, { settings });
  const lines: Line[] = [];
  const log = logTo(lines);
  const requestLog = new RequestLog({ log, accessLog: log }, { add: () => {} }, () => drawn);
  requestLog.requestEnded(ctx, DONE);
  expect(lines).toHaveLength(count);
  requestLog.requestEnded(ctx, { ...DONE, ending: "upstream_aborted" });
  expect(lines.at(-1)?.msg).toBe("stream cut by the backend");
});
