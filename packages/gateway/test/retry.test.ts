import { describe, expect, test, vi } from "vitest";
import type { FaultName, Simulator } from "@rollcall/simulator";
import {
  gatewayFor,
  simulator,
  UPSTREAM,
  type Answer,
  type Gateway,
  type GatewayOptions,
} from "./harness.ts";

const CHAT = "/v1/chat/completions";

/** How often each was asked. */
const asked = (...backends: readonly Simulator[]) => backends.map(({ seen }) => seen.count(CHAT));

interface Pair {
  readonly gateway: Gateway;
  readonly bad: Simulator;
  readonly good: Simulator;
}

/** Two replicas, of which the first one is always tried first. */
async function pair(options: GatewayOptions = {}): Promise<Pair> {
  const bad = await simulator({ tasks: ["generate", "embed"] });
  const good = await simulator({ tasks: ["generate", "embed"] });
  return { gateway: await gatewayFor({ chat: [bad, good] }, options), bad, good };
}

/** What matters of an answer that took a second attempt. */
function gist({ status, headers, text }: Answer) {
  const { "x-rollcall-deployment": deployment, "x-rollcall-attempts": attempts } = headers;
  const names = new Set([...text.matchAll(/"model":"([^"]*)"/g)].map(([, name]) => name));
  return { status, deployment, attempts, names: [...names], error: text.includes('"error"') };
}

const GOOD = { status: 200, deployment: "chat-2", attempts: "2", names: ["chat"], error: false };

type Break = (bad: Simulator) => unknown;
const fault =
  (name: FaultName): Break =>
  ({ control }) =>
    control.fault(name);

/** Does it keep later requests away, and what from? */
const AWAY = [0, 1];
const STILL = [1, 1];

describe.each([
  ["a whole answer", false],
  ["a stream", true],
])("%s comes from another deployment", (_kind, stream) => {
  test.each<[string, Break, string, readonly number[]]>([
    ["refuses", ({ control }) => control.kill(), "down", AWAY],
    ["resets", fault("reset"), "down", AWAY],
    ["closes without an answer", fault("close"), "down", AWAY],
    ["speaks another protocol", fault("not-http"), "proxy_error", AWAY],
    ["is behind nginx's 502", fault("nginx-502"), "proxy_error", AWAY],
    ["is behind HAProxy's 503", fault("haproxy-503"), "proxy_error", AWAY],
    ["is behind Caddy's empty 503", fault("caddy-503"), "proxy_error", AWAY],
    ["is behind Envoy's 504", fault("envoy-504"), "proxy_error", AWAY],
    ["has no engine any more", fault("engine-dead"), "engine_dead", AWAY],
    ["fails with an empty error", fault("engine-error"), "server_error", STILL],
    ["scales", fault("scaling"), "server_error", AWAY],
    ["has had too much", fault("rate-limit"), "server_error", AWAY],
    ["errs in its first event", fault("error-first-event"), "engine_dead", AWAY],
    ["serves another name", ({ control }) => control.rename(["other"]), "wrong_name", AWAY],
    [
      "serves another name, of old",
      ({ control }) => (control.rename(["other"]), control.setErrorBodies("flat")),
      "wrong_name",
      AWAY,
    ],
    [
      "serves another name, in Rust",
      ({ control }) => (control.rename(["other"]), control.setErrorBodies("rust")),
      "wrong_name",
      AWAY,
    ],
    ["has another key", ({ control }) => control.setKeys(["other"]), "wrong_key", AWAY],
  ])("where the first one %s", async (_case, breakIt, ...[reason, then]) => {
    const { gateway, bad, good } = await pair();
    await breakIt(bad);
    expect(gist(await gateway.chat({ stream }))).toEqual(GOOD);
    expect(await gateway.metric(`attempt_failures_total{deployment="chat-1",reason="${reason}"}`)).toBe(1);
    expect(await gateway.inFlight()).toBe(0);
    bad.seen.clear();
    good.seen.clear();
    expect((await gateway.chat({ stream })).status).toBe(200);
    expect(asked(bad, good)).toEqual(then);
  });

  test("where the first one does not answer in time", async () => {
    const { gateway, bad, good } = await pair({ params: { timeout: 0.2, stream_timeout: 0.2 } });
    bad.control.fault("hang");
    expect(gist(await gateway.chat({ stream }))).toEqual(GOOD);
    expect(await gateway.metric('attempt_failures_total{deployment="chat-1",reason="timeout"}')).toBe(1);
    await vi.waitFor(() => expect(bad.seen.cancelled).toBe(1));
    expect(asked(bad, good)).toEqual([1, 1]);
  });
});

test("a stream of which only the head came in time comes from another deployment", async () => {
  const { gateway, bad } = await pair({ params: { stream_timeout: 0.2 } });
  bad.control.setSpeed({ firstTokenMs: 60_000 });
  expect(gist(await gateway.chat({ stream: true }))).toEqual(GOOD);
});

test("a whole answer that breaks off in its middle comes from another deployment", async () => {
  const { gateway, bad, good } = await pair();
  bad.control.fault("cut-mid-stream");
  expect(gist(await gateway.chat())).toEqual(GOOD);
  expect(asked(bad, good)).toEqual([1, 1]);
  // It has answered, so it is not down.
  const failures = (reason: string) =>
    gateway.metric(`attempt_failures_total{deployment="chat-1",reason="${reason}"}`);
  expect([await failures("server_error"), await failures("down")]).toEqual([1, 0]);
});

test("a stream that breaks off before its first event comes from another deployment", async () => {
  const { gateway, bad, good } = await pair();
  bad.control.fault("cut-mid-stream", { after: 0 });
  expect(gist(await gateway.chat({ stream: true }))).toEqual(GOOD);
  expect(asked(bad, good)).toEqual([1, 1]);
});

test("embeddings and completions are tried again as well", async () => {
  const { gateway, bad } = await pair();
  bad.control.fault("reset");
  expect(gist(await gateway.ask("/v1/embeddings", { body: { model: "chat", input: "x" } }))).toEqual(GOOD);
  await gateway.tell({});
  expect(gist(await gateway.ask("/v1/completions", { body: { model: "chat", prompt: "x" } }))).toEqual(GOOD);
});

test("a wrong name is known after one request, and the prober's next good word ends that", async () => {
  const { gateway, bad, good } = await pair();
  bad.control.rename(["other"]);
  await gateway.chat();
  expect(await gateway.metric('ejected{deployment="chat-1",reason="wrong_name"}')).toBe(1);
  expect((await gateway.ask("/readyz?verbose")).text).toContain("[+] chat: 2 ready, out: chat-1 wrong_name");
  for (let turn = 0; turn < 5; turn += 1) await gateway.chat();
  expect(asked(bad, good)).toEqual([1, 6]);
  await bad.control.reset();
  await gateway.tell({});
  expect(await gateway.metric('ejected{deployment="chat-1",reason="wrong_name"}')).toBe(0);
  expect((await gateway.chat()).headers["x-rollcall-deployment"]).toBe("chat-1");
});

test("a wrong name at one alias says nothing of another one on the same server", async () => {
  const backend = await simulator();
  const gateway = await gatewayFor({ chat: [backend], other: [backend] }, {});
  backend.control.rename(["other"]);
  expect((await gateway.chat()).status).toBe(503);
  await backend.control.reset();
  expect((await gateway.chat()).status).toBe(503);
  expect((await gateway.chat({ model: "other" })).status).toBe(200);
});

const TOO_LONG = { messages: [{ role: "user", content: "x".repeat(600_000) }] };

describe("never tried again", () => {
  test.each<[string, Break, object, number, object]>([
    ["a missing field", () => {}, { messages: undefined }, 400, { param: "body.messages" }],
    ["too long a context", () => {}, TOO_LONG, 400, { code: "context_length_exceeded" }],
    ["no chat template", fault("no-chat-template"), {}, 400, {}],
  ])("%s", async (_case, breakIt, ...[fields, status, error]) => {
    const { gateway, bad, good } = await pair();
    await breakIt(bad);
    const answer = await gateway.chat(fields);
    expect(answer.status).toBe(status);
    expect(answer.json().error).toMatchObject({ type: "invalid_request_error", ...error });
    expect(Object.keys(answer.json().error)).toEqual(["message", "type", "param", "code"]);
    expect(asked(bad, good)).toEqual([1, 0]);
    expect(await gateway.metrics()).not.toMatch(/attempt_failures_total\{.*\} [1-9]|_ejected\{/);
  });

  test("a refusal as the first event of a stream: it gets its own status", async () => {
    const { gateway, bad, good } = await pair();
    const answer = await gateway.chat({ stream: true, max_tokens: 999_999 });
    expect(answer.status).toBe(400);
    expect(asked(bad, good)).toEqual([1, 0]);
  });
});

describe("when every attempt fails", () => {
  test.each<[string, Break, number, string, RegExp]>([
    ["refuse", ({ control }) => control.kill(), 502, "down", /did not answer \(3 attempts\)/],
    ["fail", fault("engine-error"), 502, "server_error", /3 attempts/],
    ["are behind a proxy's error", fault("nginx-502"), 502, "proxy_error", /3 attempts/],
  ])(
    "because all %s, the app is told so and by what",
    async (_case, breakIt, ...[status, reason, message]) => {
      const { gateway, bad, good } = await pair();
      for (const one of [bad, good]) await breakIt(one);
      const answer = await gateway.chat();
      expect(answer.status).toBe(status);
      expect(answer.headers["x-rollcall-reason"]).toBe(reason);
      expect(answer.json().error).toMatchObject({
        type: "server_error",
        code: "upstream_error",
        param: null,
      });
      expect(answer.json().error.message).toMatch(message);
      expect(answer.text).not.toMatch(/127\.0\.0\.1|localhost|nginx|EngineGenerate/);
      expect(answer.text).not.toContain(UPSTREAM);
    },
  );

  test("because none serves the name, no attempt is left: 503, and not to be tried again", async () => {
    const { gateway, bad, good } = await pair();
    for (const one of [bad, good]) one.control.rename(["other"]);
    const answer = await gateway.chat();
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ "x-rollcall-reason": "wrong_name", "x-should-retry": "false" });
    expect(asked(bad, good)).toEqual([1, 1]);
  });

  test("because all have had too much, the last one's 429 goes on with its Retry-After", async () => {
    const { gateway, bad, good } = await pair();
    for (const one of [bad, good]) one.control.fault("rate-limit");
    const answer = await gateway.chat();
    expect(answer.status).toBe(429);
    expect(answer.headers["retry-after"]).toBe("1");
    expect(answer.json().error).toMatchObject({ type: "rate_limit_error", code: "rate_limit_exceeded" });
  });

  test("in time, it is 504", async () => {
    const { gateway, bad, good } = await pair({
      params: { timeout: 0.1 },
      settings: { general_settings: { master_key: "sk-master" }, router_settings: { num_retries: 1 } },
    });
    for (const one of [bad, good]) one.control.fault("hang");
    const answer = await gateway.chat();
    expect(answer.status).toBe(504);
    expect(answer.headers["x-rollcall-reason"]).toBe("timeout");
  });
});

describe("the only deployment", () => {
  test("is asked again after a moment, and answers", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    backend.control.fault("engine-error", { count: 2 });
    const started = performance.now();
    const answer = await gateway.chat();
    expect(answer.status).toBe(200);
    expect(answer.headers["x-rollcall-attempts"]).toBe("3");
    expect(performance.now() - started).toBeGreaterThan(140);
    expect(asked(backend)).toEqual([3]);
  });

  test("under suspicion is asked all the same", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    backend.control.fault("reset", { count: 3 });
    expect((await gateway.chat()).status).toBe(502);
    expect((await gateway.chat()).status).toBe(200);
  });
});

test.each([0, 1, 3])("num_retries: %i is that many attempts beside the first", async (num_retries) => {
  const backend = await simulator();
  const gateway = await gatewayFor(
    { chat: [backend] },
    { settings: { general_settings: { master_key: "sk-master" }, litellm_settings: { num_retries } } },
  );
  backend.control.fault("engine-error");
  expect((await gateway.chat()).status).toBe(502);
  expect(asked(backend)).toEqual([num_retries + 1]);
});

test("a hundred requests at once meet a dead replica, and every one is answered", async () => {
  const { gateway, bad, good } = await pair();
  await bad.control.kill();
  const answers = await Promise.all(Array.from({ length: 100 }, () => gateway.chat()));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(good.seen.completed).toBe(100);
  expect(await gateway.inFlight()).toBe(0);
});
