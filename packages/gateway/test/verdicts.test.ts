import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { REASON_CODES, REASONS, type Reason } from "@rollcall/contract";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, UPSTREAM } from "./harness.ts";

const CHAT = "/v1/chat/completions";

const withRouter = (router_settings: object) => ({
  settings: { general_settings: { master_key: MASTER_KEY }, router_settings },
});

describe("the only replica is not ready", () => {
  test.each(REASON_CODES.filter((reason) => reason !== "ok" && reason !== "loading"))(
    "because of %s: 503 that says so, and nothing is sent",
    async (reason) => {
      const backend = await simulator();
      const gateway = await gatewayFor({ chat: [backend] }, { says: { "chat-1": reason } });
      const answer = await gateway.chat();
      expect(answer.status).toBe(503);
      expect(answer.headers["x-rollcall-reason"]).toBe(reason);
      expect(answer.json()).toEqual({
        error: {
          message: `The model \`chat\` is configured, but no deployment of it can serve now (chat-1: ${reason}). ${REASONS[reason].meaning}`,
          type: "server_error",
          param: null,
          code: "model_not_ready",
        },
      });
      expect(backend.seen.count()).toBe(0);
    },
  );

  test("and loads: the client is told when to come back", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { says: { "chat-1": "loading" } });
    const answer = await gateway.chat();
    const { headers } = answer;
    expect(answer.json().error).toMatchObject({
      message: "The model `chat` is still loading; try again in about 5 s (chat-1: loading).",
      code: "model_not_ready",
    });
    expect(headers["x-rollcall-reason"]).toBe("loading");
    expect(headers["retry-after"]).toBe("5");
    expect(headers["x-should-retry"]).toBe(undefined);
  });

  test.each<Reason>(["wrong_name", "wrong_key", "not_openai", "engine_dead"])(
    "and has %s: the client is told not to come back",
    async (reason) => {
      const gateway = await gatewayFor({ chat: [await simulator()] }, { says: { "chat-1": reason } });
      const { headers } = await gateway.chat();
      expect(headers["x-should-retry"]).toBe("false");
      expect(headers["retry-after"]).toBe(undefined);
    },
  );

  test("OpenAI's client comes back once it is ready, without a line of its own", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] }, { says: { "chat-1": "loading" } });
    const asked = gateway
      .client({ maxRetries: 10, fetch: hurried })
      .chat.completions.create({ model: "chat", messages: [{ role: "user", content: "x" }] });
    await vi.waitFor(async () =>
      expect(await gateway.metric('requests_total{alias="chat",status="503"}')).toBeGreaterThan(0),
    );
    await gateway.tell({});
    expect((await asked).model).toBe("chat");
  });
});

/** As fetch, with a Retry-After that a test can wait for. */
async function hurried(...asked: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...asked);
  const headers = new Headers(answer.headers);
  if (headers.has("retry-after")) headers.set("retry-after-ms", "300");
  return new Response(answer.body, { status: answer.status, headers });
}

describe("of several replicas", () => {
  test("only those that are ready under the right name get requests", async () => {
    const backends = [await simulator(), await simulator(), await simulator()];
    const gateway = await gatewayFor(
      { chat: backends },
      { says: { "chat-1": "wrong_name", "chat-2": "hung" } },
    );
    for (let turn = 0; turn < 5; turn += 1) expect((await gateway.chat()).status).toBe(200);
    expect(backends.map(({ seen }) => seen.count(CHAT))).toEqual([0, 0, 5]);
  });

  test("one that becomes ready is used, one that is no more is not, without a restart", async () => {
    const [first, second] = [await simulator(), await simulator()];
    const gateway = await gatewayFor({ chat: [first, second] }, { says: { "chat-1": "loading" } });
    expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-2");
    await gateway.tell({ "chat-2": "draining" });
    expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1");
  });

  test("a request that is under way goes on when its deployment is taken out", async () => {
    const backend = await simulator({ tokensPerSecond: 40 });
    const gateway = await gatewayFor({ chat: [backend] });
    const running = gateway.chat({ stream: true });
    await vi.waitFor(() => expect(backend.seen.inFlight).toBe(1));
    await gateway.tell({ "chat-1": "draining" });
    expect((await gateway.chat()).status).toBe(503);
    const answer = await running;
    expect(answer.text.endsWith("data: [DONE]\n\n")).toBe(true);
  });
});

describe("a verdict", () => {
  test("on another URL, name or key is none: the deployment is unknown", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor(
      { chat: [backend] },
      { says: { "chat-1": { reason: "ok", check: "another" } } },
    );
    const answer = await gateway.chat();
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ "x-rollcall-reason": "unknown", "retry-after": "5" });
    expect(backend.seen.count()).toBe(0);
  });

  test("that says ready of a server under another name is not enough", async () => {
    const backend = await simulator();
    const says = { "chat-1": { reason: "wrong_name", ready: true, nameMatches: false } } as const;
    const gateway = await gatewayFor({ chat: [backend] }, { says });
    expect((await gateway.chat()).status).toBe(503);
    expect(backend.seen.count()).toBe(0);
  });

  test("comes and goes with its snapshot: what is not in the next one is unknown", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    expect((await gateway.chat()).status).toBe(200);
    await gateway.tell({ "chat-1": { reason: "ok", deployment: "another" } });
    expect((await gateway.chat()).headers["x-rollcall-reason"]).toBe("unknown");
  });
});

describe("full", () => {
  test("all replicas: 429, and room again when one request has ended", async () => {
    const [first, second] = [
      await simulator({ firstTokenMs: 60_000 }),
      await simulator({ firstTokenMs: 60_000 }),
    ];
    const gateway = await gatewayFor({ chat: [first, second] }, { params: { max_parallel_requests: 1 } });
    const leaving = new AbortController();
    const running = [0, 1].map(() =>
      gateway
        .client()
        .chat.completions.create({ model: "chat", messages: MESSAGES }, { signal: leaving.signal })
        .catch(() => "left"),
    );
    await vi.waitFor(() => expect([first.seen.inFlight, second.seen.inFlight]).toEqual([1, 1]));
    const answer = await gateway.chat();
    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({ "retry-after": "1", "x-rollcall-reason": "full" });
    expect(answer.json().error).toMatchObject({ type: "rate_limit_error", code: "rate_limit_exceeded" });
    leaving.abort();
    expect(await Promise.all(running)).toEqual(["left", "left"]);
    first.control.setSpeed({ firstTokenMs: 0 });
    await vi.waitFor(async () => expect((await gateway.chat()).status).toBe(200));
  });

  test("is counted over a server's aliases apart: each deployment has its own limit", async () => {
    const backend = await simulator({ firstTokenMs: 200 });
    const gateway = await gatewayFor(
      { chat: [backend], other: [backend] },
      { params: { max_parallel_requests: 1 } },
    );
    const answers = await Promise.all([gateway.chat(), gateway.chat({ model: "other" }), gateway.chat()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  });
});

describe("fallbacks", () => {
  test("take over where no deployment of the alias can serve, under the alias that was asked for", async () => {
    const [main, spare] = [await simulator(), await simulator()];
    const gateway = await gatewayFor(
      { chat: [main], spare: [spare] },
      { ...withRouter({ fallbacks: [{ chat: ["spare"] }] }), says: { "chat-1": "down" } },
    );
    const answer = await gateway.chat();
    expect(answer.status).toBe(200);
    expect(answer.headers["x-rollcall-deployment"]).toBe("spare-1");
    expect(answer.json().model).toBe("chat");
    await gateway.tell({});
    expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1");
  });

  test("take over when the only deployment turns out to serve another name", async () => {
    const [main, spare] = [await simulator(), await simulator()];
    const gateway = await gatewayFor(
      { chat: [main], spare: [spare] },
      withRouter({ fallbacks: [{ chat: ["spare"] }] }),
    );
    main.control.rename(["other"]);
    expect((await gateway.chat()).headers).toMatchObject({
      "x-rollcall-deployment": "spare-1",
      "x-rollcall-attempts": "2",
    });
  });

  test("that cannot serve either leave the reason of the alias itself", async () => {
    const gateway = await gatewayFor(
      { chat: [await simulator()], spare: [await simulator()] },
      { ...withRouter({ fallbacks: [{ "*": ["spare"] }] }), says: { "chat-1": "asleep", "spare-1": "down" } },
    );
    const answer = await gateway.chat();
    expect(answer.status).toBe(503);
    expect(answer.headers["x-rollcall-reason"]).toBe("asleep");
  });
});

describe("names", () => {
  test("that the config does not have are 404, whatever the verdicts", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { says: "nothing" });
    const answer = await gateway.chat({ model: "gpt-5" });
    expect(answer.status).toBe(404);
    expect(answer.json().error).toEqual({
      message: "The model `gpt-5` does not exist. GET /v1/models lists those that do.",
      type: "invalid_request_error",
      param: "model",
      code: "model_not_found",
    });
  });

  test.each([
    ["in other case", "Chat"],
    ["with a slip of the hand", "chta"],
    ["that the backend knows", UPSTREAM],
  ])("%s are answered with the one that was meant", async (_case, model) => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const answer = await gateway.chat({ model });
    expect(answer.status).toBe(404);
    expect(answer.json().error.message).toContain("Did you mean `chat`?");
  });

  test("of entries that are left out are 404, and the reason is told", async () => {
    const gateway = await gatewayFor(
      { chat: [await simulator()] },
      {
        start: async (options) => {
          const { startGateway } = await import("../src/index.ts");
          const { readFile } = await import("node:fs/promises");
          const written = JSON.parse(await readFile(options.configFile, "utf8")) as { model_list: object[] };
          written.model_list.push({ model_name: "claude", litellm_params: { model: "anthropic/claude" } });
          await writeFile(options.configFile, JSON.stringify(written));
          return startGateway(options);
        },
      },
    );
    const answer = await gateway.chat({ model: "claude" });
    expect(answer.status).toBe(404);
    expect(answer.json().error.message).toMatch(/`claude` is in the config, but .*anthropic/);
  });
});

describe("without any snapshot", () => {
  test("every alias is unknown, and the gateway itself not ready", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] }, { says: "nothing" });
    const answer = await gateway.chat();
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ "x-rollcall-reason": "unknown", "retry-after": "5" });
    expect(backend.seen.count()).toBe(0);
    const readiness = await gateway.ask("/readyz?verbose");
    expect(readiness.status).toBe(503);
    expect(readiness.text).toBe(
      "[-] no snapshot from the prober yet\n[+] config generation 1\n[!] chat: 0 ready, out: chat-1 unknown\nnot ready\n",
    );
    expect(await gateway.ask("/readyz")).toMatchObject({ status: 503, text: "not ready\n" });
    expect(await gateway.ask("/livez")).toMatchObject({ status: 200, text: "ok\n" });
    expect(await gateway.metric("snapshot_stale")).toBe(1);
    expect(await gateway.metrics()).toMatch(/^rollcall_gateway_snapshot_age_seconds nan$/im);
  });

  test("the first one opens it", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { says: "nothing" });
    await gateway.tell({});
    expect((await gateway.ask("/readyz")).status).toBe(200);
    expect((await gateway.chat()).status).toBe(200);
  });
});

describe("a prober that falls silent", () => {
  /** So short that three intervals are over at once. */
  const SILENT = 1;

  test("leaves the last verdicts in force, and that is told", async () => {
    const [first, second] = [await simulator(), await simulator()];
    const gateway = await gatewayFor({ chat: [first, second] });
    await gateway.tell({ "chat-1": "wrong_name" }, SILENT);
    await vi.waitFor(async () => expect(await gateway.metric("snapshot_stale")).toBe(1));
    const answer = await gateway.chat();
    expect(answer.status).toBe(200);
    expect(answer.headers["x-rollcall-deployment"]).toBe("chat-2");
    const readiness = await gateway.ask("/readyz?verbose");
    expect(readiness.status).toBe(200);
    expect(readiness.text).toMatch(
      /^\[!\] snapshot is stale \(\d+ s old\): the last verdicts are kept; is the prober running\?\n/,
    );
    expect(readiness.text).toContain("[+] chat: 1 ready, out: chat-1 wrong_name\nready\n");
  });

  test("leaves the gateway's own evidence in force", async () => {
    const [first, second] = [await simulator(), await simulator()];
    const gateway = await gatewayFor({ chat: [first, second] });
    await gateway.tell({}, SILENT);
    first.control.rename(["other"]);
    for (let turn = 0; turn < 3; turn += 1) expect((await gateway.chat()).status).toBe(200);
    expect([first.seen.count(CHAT), second.seen.count(CHAT)]).toEqual([1, 3]);
  });

  test("closes the gateway where the config says to refuse, until there is news again", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] }, { state: { on_stale: "refuse" } });
    expect((await gateway.chat()).status).toBe(200);
    await gateway.tell({}, SILENT);
    await vi.waitFor(async () => expect(await gateway.metric("snapshot_stale")).toBe(1));
    const answer = await gateway.chat();
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ "x-rollcall-reason": "state_stale", "retry-after": "5" });
    expect(answer.json().error).toMatchObject({ type: "server_error", code: "state_stale" });
    expect((await gateway.ask("/readyz?verbose")).text).toContain(
      "requests are refused; is the prober running?",
    );
    expect((await gateway.chat({ model: "gpt-5" })).status).toBe(404);
    expect(backend.seen.count(CHAT)).toBe(1);
    await gateway.tell({});
    expect((await gateway.chat()).status).toBe(200);
  });

  test("and left something that is no snapshot is counted, and the last good one holds", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    await writeFile(path.join(gateway.directory, "state.json"), '{"version":1,"seq');
    await vi.waitFor(async () => expect(await gateway.metric("snapshot_faults_total")).toBe(1));
    expect((await gateway.chat()).status).toBe(200);
    expect(await gateway.metric("snapshot_stale")).toBe(0);
  });
});
