import type { Kind } from "@rollcall/contract";
import { describe, expect, test } from "vitest";
import { chunk, LAST_CHUNK, rawBackend, STREAM_HEAD } from "./raw-backend.ts";
import { gatewayFor, simulator, type Answer, type Gateway } from "./harness.ts";
import { promptOf } from "./prompts.ts";
import { seeded } from "./seeded.ts";

/** About so many tokens of prose, another text each time. */
const random = seeded(21);
const prose = (tokens: number) => promptOf("prose", { tokens, exactly: false, random }).text;
const chat = (tokens: number) => ({ messages: [{ role: "user", content: prose(tokens) }] });

const warningOf = ({ headers }: Answer) => headers["x-rollcall-warning"];
const STREAMED = { stream: true, stream_options: { include_usage: true } };

const truncated = (gateway: Gateway) => gateway.metric('context_truncated_total{deployment="chat-1"}');
const readiness = async (gateway: Gateway) => (await gateway.ask("/readyz?verbose")).text;

type Ask = (gateway: Gateway, tokens: number) => Promise<Answer>;

describe.each<[string, Ask]>([
  ["a chat", (gateway, tokens) => gateway.chat(chat(tokens))],
  [
    "a completion",
    (gateway, tokens) => gateway.ask("/v1/completions", { body: { model: "chat", prompt: prose(tokens) } }),
  ],
  [
    "embeddings",
    (gateway, tokens) =>
      gateway.ask("/v1/embeddings", { body: { model: "chat", input: [prose(tokens), prose(tokens)] } }),
  ],
])("%s", (_what, ask) => {
  test("whose prompt is cut is told so from the second time on", async () => {
    const ollama = await simulator({ kind: "ollama", maxModelLen: 4_096, apiKeys: [] });
    const gateway = await gatewayFor({ chat: [ollama] }, { says: { "chat-1": served("ollama") } });
    expect(warningOf(await ask(gateway, 1_000))).toBeUndefined();
    expect(await truncated(gateway)).toBe(0);
    expect(warningOf(await ask(gateway, 16_000))).toBeUndefined();
    expect(await readiness(gateway)).not.toContain("context_truncated");
    expect(warningOf(await ask(gateway, 20_000))).toBe("context_truncated");
    expect(await truncated(gateway)).toBe(1);
    expect(await readiness(gateway)).toContain(
      "[!] chat-1 context_truncated: prompts are cut at 4096 tokens; see num_ctx (OLLAMA_CONTEXT_LENGTH)\n",
    );
    // One that fits is told nothing.
    expect(warningOf(await ask(gateway, 1_000))).toBeUndefined();
    expect(warningOf(await ask(gateway, 30_000))).toBe("context_truncated");
    expect(await truncated(gateway)).toBe(2);
  });

  test("whose prompt is read as a whole is told nothing", async () => {
    const gateway = await gatewayFor({ chat: [await simulator({ tasks: ["generate", "embed"] })] });
    for (const tokens of [4_096, 20_000, 30_000, 4_096, 16_000])
      expect(warningOf(await ask(gateway, tokens))).toBeUndefined();
    expect(await truncated(gateway)).toBe(0);
  });
});

const served = (kind: Kind) => ({
  reason: "ok" as const,
  served: { kind, version: null, root: null, parent: null, maxModelLen: null },
});

describe.each<[string, Ask]>([
  ["a chat", (gateway, tokens) => gateway.chat({ ...chat(tokens), ...STREAMED })],
  [
    "a completion",
    (gateway, tokens) =>
      gateway.ask("/v1/completions", { body: { model: "chat", prompt: prose(tokens), ...STREAMED } }),
  ],
])("a stream of %s", (_what, ask) => {
  test("says at its end what was read: its like are told from the head on after the second", async () => {
    const server = await simulator();
    const gateway = await gatewayFor({ chat: [server] }, { says: { "chat-1": served("vllm") } });
    server.control.fault("truncate", { tokens: 2_048 });
    expect(warningOf(await ask(gateway, 16_000))).toBeUndefined();
    expect(await truncated(gateway)).toBe(0);
    const second = await ask(gateway, 20_000);
    expect(second.text).toContain('"prompt_tokens":2048');
    expect(await truncated(gateway)).toBe(1);
    expect(await readiness(gateway)).toContain(
      "prompts are cut at 2048 tokens; see truncate_prompt_tokens\n",
    );
    expect(warningOf(await ask(gateway, 18_000))).toBe("context_truncated");
    expect(warningOf(await ask(gateway, 1_000))).toBeUndefined();
    expect(await truncated(gateway)).toBe(2);
    // The limit was raised: a longer prompt was read.
    server.control.fault(null);
    expect(warningOf(await ask(gateway, 18_000))).toBe("context_truncated");
    expect(warningOf(await ask(gateway, 18_000))).toBeUndefined();
    expect(await truncated(gateway)).toBe(2);
    expect(await readiness(gateway)).not.toContain("context_truncated");
  });
});

test("usage that comes with every event counts once", async () => {
  const event = (value: unknown) => chunk(`data: ${JSON.stringify(value)}\n\n`);
  const usage = { prompt_tokens: 4_096, completion_tokens: 1, total_tokens: 4_097 };
  const said = { choices: [{ index: 0, delta: { content: "a" }, finish_reason: null }], usage };
  const last = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage };
  const end = event({ choices: [], usage }) + chunk("data: [DONE]\n\n") + LAST_CHUNK;
  const backend = await rawBackend((socket) =>
    socket.write(STREAM_HEAD + event(said) + event(last) + event(last) + end),
  );
  const gateway = await gatewayFor({ chat: [backend] });
  await gateway.chat({ ...chat(16_000), ...STREAMED });
  expect(await readiness(gateway)).not.toContain("context_truncated");
});

test("one replica that cuts is told of, and not the one beside it", async () => {
  const [whole, cut] = [await simulator(), await simulator()];
  cut.control.fault("truncate", { tokens: 8_192 });
  const gateway = await gatewayFor({ chat: [whole], other: [cut] });
  const ask = (model: string) => gateway.chat({ model, ...chat(30_000) });
  const warnings: unknown[] = [];
  for (const model of ["chat", "other", "chat", "other", "chat"]) warnings.push(warningOf(await ask(model)));
  expect(warnings).toEqual([undefined, undefined, undefined, "context_truncated", undefined]);
});
