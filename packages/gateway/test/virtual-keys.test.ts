import { mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ENDPOINTS } from "@rollcall/contract";
import { sha256Of } from "@rollcall/runtime";
import { WebSocket } from "ws";
import { keyRecord, teamRecord, UNLIMITED } from "./access-records.ts";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, type Gateway, type Question } from "./harness.ts";
import { PlayedControl } from "./played-control.ts";

const ends: (() => Promise<unknown>)[] = [];
const atEnd = (end: () => Promise<unknown>) => void ends.push(end);

let control: PlayedControl;
let gateway: Gateway;
let directory: string;

const HOUR = 3_600_000;
const old = { method: "sha256", digest: sha256Of("sk-old"), until: Date.now() - 1 } as const;
const ONCE_IN_TEN_SECONDS = { rpm: 6, parallel: null };
const RECORDS = [
  keyRecord("sk-all"),
  keyRecord("sk-chat", { models: ["chat"], aliases: { "gpt-4": "chat" } }),
  keyRecord("sk-blocked", { blocked: true }),
  keyRecord("sk-expired", { expiresAt: Date.now() - HOUR }),
  keyRecord("sk-orphan", { team: "never-made" }),
  keyRecord("sk-team", { team: "t" }),
  keyRecord("sk-group", { models: ["quick ones"] }),
  keyRecord("sk-manager", { type: "management" }),
  keyRecord("sk-rotated", { hashes: [{ ...old }, { ...old, digest: sha256Of("sk-new"), until: null }] }),
  keyRecord("sk-per-model", {
    limits: { ...UNLIMITED, models: { broken: ONCE_IN_TEN_SECONDS, small: ONCE_IN_TEN_SECONDS } },
  }),
  keyRecord("sk-small-a", { limits: { ...UNLIMITED, models: { small: ONCE_IN_TEN_SECONDS } } }),
  keyRecord("sk-small-b", { limits: { ...UNLIMITED, models: { small: ONCE_IN_TEN_SECONDS } } }),
  keyRecord("sk-none", { limits: { ...UNLIMITED, rpm: 0 } }),
  teamRecord("t", { models: ["small"] }),
];

beforeAll(async () => {
  const backend = await simulator({ tasks: ["generate", "realtime"] }, atEnd);
  directory = await mkdtemp(path.join(os.tmpdir(), "rollcall-keys-"));
  atEnd(() => rm(directory, { recursive: true }));
  control = await PlayedControl.start(directory, { records: RECORDS, atEnd });
  const params = { api_base: backend.url, api_key: "sk-backend", model: "openai/org/upstream-model" };
  gateway = await gatewayFor(
    { chat: [backend], small: [backend] },
    {
      rollcall: { keys: { enabled: true, stale_ok: "1s" } },
      state: { file: path.join(directory, "state.json") },
      settings: {
        router_settings: { fallbacks: [{ broken: ["small"] }], num_retries: 0 },
        model_list: ["chat", "small", "broken", "ranker"].map((name) => ({
          model_name: name,
          litellm_params: name === "broken" ? { ...params, api_base: "http://127.0.0.1:9/v1" } : params,
          model_info: {
            id: `${name}-1`,
            ...(name === "small" && { access_groups: ["quick ones"] }),
            ...(name === "ranker" && { mode: "rerank" }),
          },
        })),
      },
      says: "nothing",
      atEnd,
    },
  );
});

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

function ask(key: string, route: string, question: Question = {}) {
  return gateway.ask(route, {
    ...question,
    headers: { authorization: `Bearer ${key}`, ...question.headers },
  });
}

function chat(key: string, model = "chat") {
  return ask(key, "/v1/chat/completions", { body: { model, messages: MESSAGES } });
}

const typeOf = (answer: Awaited<ReturnType<typeof ask>>) => [answer.status, answer.json().error.type];
const idsOf = (answer: Awaited<ReturnType<typeof ask>>) =>
  answer.json().data.map(({ id }: { id: string }) => id);

test.each([
  ["that nobody has made", "sk-nobody", 401, "token_not_found_in_db"],
  ["that is blocked, as of one that nobody has made", "sk-blocked", 401, "token_not_found_in_db"],
  ["whose team is gone", "sk-orphan", 401, "token_not_found_in_db"],
  ["that has expired", "sk-expired", 401, "expired_key"],
  ["whose secret was replaced", "sk-old", 401, "token_not_found_in_db"],
])("a key %s opens nothing", async (...[, key, status, type]) => {
  for (const answer of [await chat(key), await ask(key, "/v1/models"), await ask(key, "/health")])
    expect(typeOf(answer)).toEqual([status, type]);
});

test("models are listed, told of and counted for those who may call them", async () => {
  expect(idsOf(await ask("sk-all", "/v1/models"))).toEqual(["chat", "small", "broken", "ranker"]);
  expect(idsOf(await ask("sk-chat", "/v1/models"))).toEqual(["chat"]);
  expect(idsOf(await ask("sk-team", "/v1/models"))).toEqual(["small"]);
  expect(idsOf(await ask("sk-group", "/v1/models"))).toEqual(["small"]);
  expect((await ask("sk-chat", "/v1/models/small")).status).toBe(404);
  const info = (await ask("sk-chat", "/model/info")).json().data;
  expect(info.map(({ model_name: name }: { model_name: string }) => name)).toEqual(["chat"]);
  const counted = await ask("sk-chat", "/utils/token_counter", { body: { model: "small", prompt: "Hi" } });
  expect(counted.status).toBe(404);
  const { healthy_count: healthy, unhealthy_count: unhealthy } = (await ask("sk-chat", "/health")).json();
  expect(healthy + unhealthy).toBe(1);
});

test.each([
  ["what its own list leaves out", "sk-chat", "small", "key_model_access_denied"],
  ["what its team leaves out", "sk-team", "chat", "team_model_access_denied"],
  ["what nobody has, in the same words", "sk-chat", "chatt", "key_model_access_denied"],
])("a key may not call %s", async (...[, key, model, type]) => {
  expect(typeOf(await chat(key, model))).toEqual([403, type]);
});

test("what kind of model it is, is told to those who may call it", async () => {
  expect(typeOf(await chat("sk-chat", "ranker"))).toEqual([403, "key_model_access_denied"]);
  const told = await chat("sk-all", "ranker");
  expect([told.status, told.text]).toEqual([400, expect.stringContaining("/v1/rerank")]);
});

test("a key that may call everything is told of a slip of the hand, and of a limit that nothing fits", async () => {
  expect((await chat("sk-all", "smal")).text).toContain("small");
  expect(typeOf(await chat("sk-none"))).toEqual([400, "bad_request_error"]);
});

test("a key for managing calls no model, over HTTP or a WebSocket", async () => {
  expect(typeOf(await chat("sk-manager"))).toEqual([403, "auth_error"]);
  const status = (key: string) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/v1/realtime?model=chat`, {
        headers: { authorization: `Bearer ${key}` },
      });
      socket.on("unexpected-response", (_request, response) => {
        resolve(response.statusCode ?? 0);
        socket.terminate();
      });
      socket.on("error", () => {});
    });
  expect([await status("sk-manager"), await status("sk-nobody")]).toEqual([403, 401]);
});

/** Limits hang on a request to a backend, not on a path: none that is added later can leave them out. */
test.each(
  ENDPOINTS.flatMap(({ model, name, paths, upgrade }) =>
    upgrade === undefined && model !== "object_id" ? paths.map((route) => ({ model, name, route })) : [],
  ),
)("a limit holds at $route ($name)", async ({ model, route }) => {
  const form = new FormData();
  form.set("model", "chat");
  form.set("file", new Blob(["x"]), "x.wav");
  const answer = await fetch(gateway.url + route.replace("{model}", "chat"), {
    method: "POST",
    headers: {
      authorization: "Bearer sk-none",
      ...(model !== "multipart" && { "content-type": "application/json" }),
    },
    body: model === "multipart" ? form : JSON.stringify({ model: "chat" }),
  });
  const { error } = (await answer.json()) as { readonly error: { readonly message: string } };
  expect([answer.status, error.message]).toEqual([400, expect.stringContaining("limit")]);
});

test("the master key does everything as ever", async () => {
  expect(idsOf(await ask(MASTER_KEY, "/v1/models"))).toEqual(["chat", "small", "broken", "ranker"]);
});

describe("the admin API", () => {
  test("gets what was sent with the caller's own credential and address, and nothing that the caller says of it", async () => {
    const answer = await ask("sk-whoever", "/key/generate?a=b", {
      body: { models: ["chat"] },
      headers: {
        "x-forwarded-for": "1.2.3.4",
        cookie: "c=1",
        "litellm-changed-by": "terraform",
        origin: "http://a.example",
      },
    });
    expect([answer.status, answer.json()]).toEqual([200, { key: "sk-made" }]);
    expect(answer.headers["set-cookie"]).toBeUndefined();
    const call = control.calls.at(-1);
    expect(call).toMatchObject({ method: "POST", url: "/key/generate?a=b", body: '{"models":["chat"]}' });
    expect(call?.headers).toMatchObject({
      authorization: "Bearer sk-whoever",
      "content-type": "application/json",
      "litellm-changed-by": "terraform",
      // Control refuses pages of other sites.
      origin: "http://a.example",
      host: new URL(gateway.url).host,
      "x-forwarded-for": expect.stringMatching(/127\.0\.0\.1$/),
    });
    expect(call?.headers["cookie"]).toBeUndefined();
  });

  test("takes no body larger than a mebibyte, and none that is compressed", async () => {
    const before = control.calls.length;
    const large = await ask(MASTER_KEY, "/team/new", { body: `"${"x".repeat(1_048_576)}"` });
    const packed = await ask(MASTER_KEY, "/team/new", {
      body: "{}",
      headers: { "content-encoding": "gzip" },
    });
    expect([large.status, packed.status, control.calls.length]).toEqual([413, 415, before]);
  });

  test("is not what lies beside it", async () => {
    const before = control.calls.length;
    for (const route of ["/keys", "/keys/state", "/ledger", "/teams/x", "/model/info", "/userx"])
      await ask(MASTER_KEY, route);
    expect(control.calls).toHaveLength(before);
  });
});

test("the limit of one model follows the fallback: what the first had is given back, and one without room is passed over", async () => {
  await symlink(path.join(gateway.directory, "state.json"), path.join(directory, "state.json"));
  await gateway.say();
  await vi.waitFor(async () => expect((await chat("sk-all", "small")).status).toBe(200), 5_000);
  const answers = [await chat("sk-per-model", "broken"), await chat("sk-per-model", "broken")];
  expect(answers.map(({ status }) => status)).toEqual([200, 502]);
  expect(typeOf(await chat("sk-per-model", "small"))).toEqual([429, "rate_limit_error"]);
});

test.each([
  ["that fails", "sk-small-a", {}],
  ["that is not ready", "sk-small-b", { "broken-1": "down" }],
] as const)(
  "the limit of one model holds where it stands in for one %s and has none",
  async (_why, key, says) => {
    await gateway.say(says);
    const isReady = async () => (await gateway.ask("/readyz?verbose")).text.includes("broken: 1 ready");
    await vi.waitFor(async () => expect(await isReady()).toBe(!("broken-1" in says)), 5_000);
    expect((await chat(key, "broken")).status).toBe(200);
    expect((await chat(key, "broken")).status).toBeGreaterThanOrEqual(502);
    await gateway.say();
  },
);

test("changes are known at once, and a control that is silent is told of until its keys no longer count", async () => {
  await control.tell([keyRecord("sk-chat", { blocked: true }), keyRecord("sk-late")]);
  await vi.waitFor(async () => expect((await ask("sk-late", "/v1/models")).status).toBe(200));
  expect((await ask("sk-chat", "/v1/models")).status).toBe(401);
  const lines = async () => (await ask("", "/readyz?verbose")).text;
  expect(await lines()).toContain("[+] 14 virtual keys, heard from control");
  await control.tell([], 100);
  await control.stop();
  await vi.waitFor(async () => expect(await lines()).toContain("[!] control was not heard of"), 5_000);
  expect(await gateway.metric("keys_stale")).toBe(1);
  expect((await ask("sk-late", "/v1/models")).status).toBe(200);
  await vi.waitFor(
    async () => expect(typeOf(await ask("sk-late", "/v1/models"))).toEqual([503, "server_error"]),
    5_000,
  );
  expect(await lines()).toContain("virtual keys are refused, the master key works");
  expect((await ask(MASTER_KEY, "/v1/models")).status).toBe(200);
  expect(typeOf(await ask(MASTER_KEY, "/key/list"))).toEqual([503, "server_error"]);
});
