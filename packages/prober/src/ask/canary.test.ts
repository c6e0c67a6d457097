import { describe, expect, it } from "vitest";
import { response } from "../../test/answers.ts";
import { ProberHarness } from "../../test/prober-harness.ts";
import type { Entry } from "../../test/configs.ts";
import { ScriptedEngine } from "../../test/scripted-engine.ts";

const A = "http://a:8000";
const MINUTE = 60_000;

const a: Entry = { alias: "a", base: A };
const CANARY = { prober: { canary: true } };

const FAILED = response(500, { error: { message: "Internal server error" } });
const BROKEN = response(200, { choices: [{ message: { content: "!!!!!!!!" } }] });

/** A prober over one engine, not started yet. */
function over(entries: readonly Entry[], written: { prober?: object } = CANARY) {
  const engine = new ScriptedEngine();
  const harness = new ProberHarness(entries, written);
  harness.backends.answer(A, engine.answer);
  return { engine, harness };
}

describe("a request for one token", () => {
  it("is sent once a start, to the model by its name, with the key", async () => {
    const { engine, harness } = over([{ ...a, key: "sk-1" }]);
    await harness.start();
    expect(harness.written.reasons()).toEqual({ a: "ok" });
    await harness.clock.advance(10 * MINUTE);
    expect(engine.requests).toMatchObject([{ path: "/v1/chat/completions", model: "llama", max_tokens: 1 }]);
    const post = harness.backends.asked.find(({ body }) => body !== undefined);
    expect(post).toMatchObject({ timeoutMs: 10_000, headers: { authorization: "Bearer sk-1" } });
  });

  it("is sent by nobody who did not ask for it", async () => {
    const { engine, harness } = over([a], {});
    await harness.start(MINUTE);
    expect(harness.reason("a")).toBe("ok");
    expect(engine.requests).toEqual([]);
  });

  it("keeps out what lists its model and generates nothing, and is sent again until it does", async () => {
    const { engine, harness } = over([a]);
    engine.generated = FAILED;
    await harness.start(10_000);
    expect(harness.written.last.verdicts).toMatchObject([
      { ready: false, nameMatches: true, reason: "canary_failed", found: ["llama"] },
    ]);
    expect(engine.requests.length).toBeGreaterThan(3);
    engine.generated = new ScriptedEngine().generated;
    await harness.clock.advance(2_000);
    expect(harness.reason("a")).toBe("ok");
    const asked = engine.requests.length;
    await harness.clock.advance(MINUTE);
    expect(engine.requests).toHaveLength(asked);
  });

  it("stands among what was asked, with what came back", async () => {
    const { engine, harness } = over([{ ...a, id: "1" }]);
    engine.generated = FAILED;
    await harness.start();
    const asked = harness.prober.fleet.evidence()[0]?.exchanges ?? [];
    expect(asked.map(({ path }) => path)).toContain("/v1/models");
    expect(asked.at(-1)).toMatchObject({
      path: "POST /v1/chat/completions",
      outcome: expect.stringMatching(/^500 /),
    });
  });

  it("that is not answered is a failure too, and waits longer than a probe", async () => {
    const { engine, harness } = over([a]);
    engine.generated = "silence";
    await harness.start(9_000);
    expect(harness.reason("a")).toBe("unknown");
    await harness.clock.advance(2_000);
    expect(harness.reason("a")).toBe("canary_failed");
  });

  it("is sent again after a restart, which takes nothing out by itself", async () => {
    const { engine, harness } = over([a]);
    await harness.start(5_000);
    engine.startedAt = 2_000;
    engine.steps = 0;
    engine.succeeded = 0;
    await harness.clock.advance(MINUTE);
    expect(engine.requests).toHaveLength(2);
    expect(
      harness.written.snapshots.flatMap(({ verdicts }) => verdicts.map(({ reason }) => reason)),
    ).not.toContain("canary_failed");
  });

  it("that fails after a restart takes it out, the second time in a row", async () => {
    const { engine, harness } = over([a]);
    await harness.start(5_000);
    engine.startedAt = 2_000;
    engine.generated = FAILED;
    await harness.clock.advance(1_500);
    expect([harness.reason("a"), engine.requests.length]).toEqual(["ok", 2]);
    await harness.clock.advance(1_000);
    expect([harness.reason("a"), engine.requests.length]).toEqual(["canary_failed", 3]);
  });

  it("is sent again to what was away, whether or not it tells when it started", async () => {
    const { engine, harness } = over([a]);
    engine.startedAt = null;
    await harness.start(5_000);
    harness.backends.refuse(A);
    await harness.clock.advance(10_000);
    expect(harness.reason("a")).toBe("down");
    harness.backends.answer(A, engine.answer);
    await harness.clock.advance(10_000);
    expect(harness.reason("a")).toBe("ok");
    expect(engine.requests).toHaveLength(2);
  });

  it("is not needed where requests of others succeed", async () => {
    const { engine, harness } = over([a]);
    engine.generated = FAILED;
    await harness.start(3_000);
    expect(harness.reason("a")).toBe("canary_failed");
    const asked = engine.requests.length;
    // One of them may be the one that was sent here.
    engine.succeeded += 2;
    await harness.clock.advance(MINUTE);
    expect(harness.reason("a")).toBe("ok");
    expect(engine.requests).toHaveLength(asked);
  });

  it("is not taken for one of others", async () => {
    const { engine, harness } = over([a]);
    // It answers, but with nothing in it: counted by the server, and no token.
    engine.generated = response(200, { choices: [] });
    await harness.start(10_000);
    expect(harness.reason("a")).toBe("canary_failed");
    expect(engine.succeeded).toBe(engine.requests.length);
  });

  it("does not wait in the queue of one that works, and is sent when that has nothing to do", async () => {
    const { engine, harness } = over([a]);
    engine.running = 3;
    engine.stepsPerLook = 5;
    await harness.start(10_000);
    expect([harness.reason("a"), engine.requests.length]).toEqual(["ok", 0]);
    engine.running = 0;
    await harness.clock.advance(10_000);
    expect(engine.requests).toHaveLength(1);
  });

  it("is sent to one that has work and stands still", async () => {
    const { engine, harness } = over([a]);
    engine.running = 3;
    engine.generated = "silence";
    await harness.start(MINUTE);
    expect(engine.requests.length).toBeGreaterThan(0);
    expect(harness.reason("a")).toBe("canary_failed");
  });

  it("waits until the model is there", async () => {
    const { engine, harness } = over([a]);
    engine.names = ["qwen"];
    await harness.start(10_000);
    expect([harness.reason("a"), engine.requests.length]).toEqual(["wrong_name", 0]);
  });
});

describe("the request fits the mode", () => {
  it.each([
    ["chat", "/v1/chat/completions", { choices: [{ message: { content: "Hello" } }] }],
    ["completion", "/v1/completions", { choices: [{ text: " there" }] }],
    ["embedding", "/v1/embeddings", { data: [{ embedding: [0.1] }] }],
    ["rerank", "/v1/rerank", { results: [{ index: 0, relevance_score: 1 }] }],
  ])("%s", async (mode, path, body) => {
    const { engine, harness } = over([{ ...a, info: { mode } }]);
    engine.generated = response(200, body);
    await harness.start(10_000);
    expect(harness.reason("a")).toBe("ok");
    expect(engine.requests.map((request) => request.path)).toEqual([path]);
  });

  it("and there is none for others, which are ready without", async () => {
    const { engine, harness } = over([{ ...a, info: { mode: "audio_transcription" } }]);
    await harness.start(10_000);
    expect([harness.reason("a"), engine.requests.length]).toEqual(["ok", 0]);
  });
});

describe("each deployment", () => {
  it("is asked by its own name, and only those that shall be", async () => {
    const { engine, harness } = over(
      [a, { ...a, alias: "b", model: "sql", info: { canary: true } }, { ...a, alias: "c", model: "phi" }],
      {},
    );
    engine.names = ["llama", "sql"];
    await harness.start(10_000);
    expect(engine.requests.map(({ model }) => model)).toEqual(["sql"]);
    expect(harness.written.reasons()).toEqual({ a: "ok", b: "ok", c: "wrong_name" });
  });

  it("stands and falls by its own token", async () => {
    const { engine, harness } = over([a, { ...a, alias: "b", model: "sql" }]);
    engine.names = ["llama", "sql"];
    const { answer } = engine;
    harness.backends.answer(A, (question) => {
      engine.generated = question.body?.includes("sql") === true ? FAILED : new ScriptedEngine().generated;
      return answer(question);
    });
    await harness.start(10_000);
    expect(harness.written.reasons()).toEqual({ a: "ok", b: "canary_failed" });
    expect(engine.requests.filter(({ model }) => model === "llama")).toHaveLength(1);
  });
});

describe("a token that looks broken", () => {
  it("is followed by more, and is broken when all are the same", async () => {
    const { engine, harness } = over([a]);
    engine.generated = BROKEN;
    await harness.start();
    expect(engine.requests.map(({ max_tokens }) => max_tokens)).toEqual([1, 8]);
    expect(harness.written.last.verdicts).toMatchObject([
      { reason: "canary_failed", detail: '8 tokens are all "!"', hint: expect.stringContaining("dtype") },
    ]);
  });

  it("may have been meant", async () => {
    const { engine, harness } = over([a]);
    const { answer } = engine;
    harness.backends.answer(A, (question) => {
      const content = question.body?.includes('"max_tokens":8') === true ? "! Hello there" : "!";
      engine.generated = response(200, { choices: [{ message: { content } }] });
      return answer(question);
    });
    await harness.start(MINUTE);
    expect(harness.reason("a")).toBe("ok");
    expect(engine.requests).toHaveLength(2);
  });
});
