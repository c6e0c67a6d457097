import { describe, expect, test } from "vitest";
import type { Served } from "@rollcall/contract";
import { gatewayFor, simulator, UPSTREAM, type Gateway, type GatewayOptions } from "./harness.ts";

const CREATED = 1_677_610_602;
const ANTHROPIC = { "anthropic-version": "2023-06-01" };

const served = (maxModelLen: number | null): Served => ({
  kind: "vllm",
  version: null,
  root: "org/root",
  parent: null,
  maxModelLen,
});
const ready = (maxModelLen: number | null) => ({ reason: "ok" as const, served: served(maxModelLen) });

/** Hosts and served names are nobody's business. */
async function expectSilence(gateway: Gateway, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { text } = await gateway.ask(path, { headers: path.startsWith("/v1/models") ? ANTHROPIC : {} });
    for (const secret of [UPSTREAM, "org/root", "127.0.0.1", "api_base", "sk-"])
      expect(text).not.toContain(secret);
  }
}

/** A gateway whose first alias has these replicas. */
async function gatewayWith(
  says: NonNullable<GatewayOptions["says"]>,
  more: GatewayOptions = {},
): Promise<Gateway> {
  const backend = await simulator();
  return gatewayFor({ chat: [backend, backend, backend], "org/embed": [backend] }, { says, ...more });
}

const KNOWN = (length: number) => ({
  max_model_len: length,
  context_length: length,
  context_window: length,
  max_input_tokens: length,
});

describe("OpenAI's list", () => {
  test("has the context of the least of those that are ready", async () => {
    const gateway = await gatewayWith({
      "chat-1": ready(32_768),
      "chat-2": ready(8_192),
      "chat-3": { reason: "asleep", served: served(4_096) },
      "org/embed-1": ready(null),
    });
    const expected = {
      object: "list",
      data: [
        { id: "chat", object: "model", created: CREATED, owned_by: "rollcall", ...KNOWN(8_192) },
        { id: "org/embed", object: "model", created: CREATED, owned_by: "rollcall" },
      ],
    };
    for (const path of ["/v1/models", "/models", "/openai/v1/models", "/v1/models/"]) {
      const { status, json, headers } = await gateway.ask(path);
      expect([path, status, json()]).toEqual([path, 200, expected]);
      expect(headers["x-request-id"]).toMatch(/^req-/);
    }
    await gateway.tell({ "chat-1": ready(32_768), "chat-2": "down" });
    expect((await gateway.ask("/v1/models/chat")).json()).toMatchObject(KNOWN(32_768));
  });

  test("goes by what was seen last where none is ready, and says nothing before anything was seen", async () => {
    const gateway = await gatewayWith({
      "chat-1": { reason: "loading", served: served(16_384) },
      "chat-2": "down",
      "chat-3": "unknown",
      "org/embed-1": "loading",
    });
    const { data } = (await gateway.ask("/v1/models")).json();
    expect(data).toMatchObject([KNOWN(16_384), { id: "org/embed" }]);
    expect(Object.keys(data[1])).toEqual(["id", "object", "created", "owned_by"]);
  });

  test.each([
    "/v1/models/org/embed",
    "/v1/models/org%2Fembed",
    "/models/org/embed",
    "/openai/v1/models/org/embed",
  ])("one of it has a slash: %s", async (path) => {
    const gateway = await gatewayWith({});
    expect((await gateway.ask(path)).json()).toMatchObject({ id: "org/embed", object: "model" });
  });

  test("a name that is not in it is told with the one that was meant", async () => {
    const gateway = await gatewayWith({});
    const { status, json } = await gateway.ask("/v1/models/Org/Embed");
    expect([status, json().error.code]).toEqual([404, "model_not_found"]);
    expect(json().error.message).toContain("Did you mean `org/embed`?");
  });
});

describe("Anthropic's list", () => {
  const card = (id: string) => ({
    type: "model",
    id,
    display_name: id,
    lifecycle: "active",
    created_at: "2023-02-28T18:56:42Z",
  });

  async function gatewayOf(...aliases: readonly string[]): Promise<Gateway> {
    const backend = await simulator();
    return gatewayFor(Object.fromEntries(aliases.map((alias) => [alias, [backend]])));
  }

  test("is for those who send its version", async () => {
    const gateway = await gatewayWith({ "chat-1": ready(8_192) });
    const { status, json } = await gateway.ask("/v1/models", { headers: ANTHROPIC });
    expect([status, json()]).toEqual([
      200,
      {
        data: [{ ...card("chat"), max_input_tokens: 8_192 }, card("org/embed")],
        has_more: false,
        first_id: "chat",
        last_id: "org/embed",
      },
    ]);
    const one = await gateway.ask("/v1/models/org%2Fembed", { headers: ANTHROPIC });
    expect(one.json()).toEqual(card("org/embed"));
  });

  test.each<[string, string, readonly string[], boolean]>([
    ["the first", "?limit=2", ["a1", "a2"], true],
    ["those behind one", "?limit=2&after_id=a2", ["a3", "a4"], true],
    ["the last", "?limit=2&after_id=a4", ["a5"], false],
    ["none behind the last", "?after_id=a5", [], false],
    ["those next before one", "?limit=2&before_id=a4", ["a2", "a3"], true],
    ["all before one", "?before_id=a3", ["a1", "a2"], false],
    ["those between two", "?after_id=a1&before_id=a4", ["a2", "a3"], false],
    ["all", "?limit=1000", ["a1", "a2", "a3", "a4", "a5"], false],
  ])("comes in pages: %s", async (_case, query, ...[ids, more]) => {
    const gateway = await gatewayOf("a1", "a2", "a3", "a4", "a5");
    const { data, ...page } = (await gateway.ask(`/v1/models${query}`, { headers: ANTHROPIC })).json();
    expect(data.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(page).toEqual({ has_more: more, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null });
  });

  test("has twenty on a page unless told otherwise", async () => {
    const gateway = await gatewayOf(...Array.from({ length: 21 }, (_, index) => `m${index}`));
    const page = (await gateway.ask("/v1/models", { headers: ANTHROPIC })).json();
    expect([page.data.length, page.has_more, page.last_id]).toEqual([20, true, "m19"]);
  });

  test.each(["limit=0", "limit=1001", "limit=x", "limit=1.5", "after_id=a9", "before_id=a9"])(
    "%s is refused",
    async (query) => {
      const gateway = await gatewayOf("a1");
      const { status, text } = await gateway.ask(`/v1/models?${query}`, { headers: ANTHROPIC });
      expect(status).toBe(400);
      expect(text).toContain(`\`${query.split("=")[0]}\` must be`);
    },
  );
});

describe("LiteLLM's", () => {
  /** What the config says of the model beside its id. */
  const info = {
    mode: "chat",
    supports_vision: true,
    supports_function_calling: false,
    access_groups: ["beta"],
    max_output_tokens: 4_096,
    input_cost_per_token: 1e-6,
    base_model: UPSTREAM,
  };

  async function gatewayWithInfo(): Promise<Gateway> {
    const gateway = await gatewayWith({ "chat-1": ready(32_768), "chat-2": ready(8_192), "chat-3": "down" });
    const written = gateway.written as { model_list: { model_info: object }[] };
    const model_list = written.model_list.map((entry) => ({
      ...entry,
      model_info: { ...entry.model_info, ...info },
    }));
    await gateway.writeConfig({ ...written, model_list });
    await expect
      .poll(async () => (await gateway.ask("/model/info")).json().data[0].model_info.supports_vision, {
        timeout: 10_000,
      })
      .toBe(true);
    return gateway;
  }

  test("model info has an entry for each deployment, and the context that LiteLLM lacks", async () => {
    const gateway = await gatewayWithInfo();
    for (const path of ["/model/info", "/v1/model/info"]) {
      const { data } = (await gateway.ask(path)).json();
      expect(data.map((one: { model_info: { id: string } }) => one.model_info.id)).toEqual([
        "chat-1",
        "chat-2",
        "chat-3",
        "org/embed-1",
      ]);
      expect(data[0]).toEqual({
        model_name: "chat",
        litellm_params: { model: "openai/chat" },
        model_info: {
          id: "chat-1",
          db_model: false,
          key: "chat",
          litellm_provider: "openai",
          access_groups: ["beta"],
          mode: "chat",
          max_tokens: 4_096,
          max_input_tokens: 32_768,
          max_output_tokens: 4_096,
          input_cost_per_token: 1e-6,
          output_cost_per_token: null,
          supports_vision: true,
          supports_function_calling: false,
          supports_parallel_function_calling: null,
          supports_reasoning: null,
          supports_web_search: null,
          supports_prompt_caching: null,
        },
      });
      expect(data[2].model_info.max_input_tokens).toBe(null);
    }
    const one = await gateway.ask("/model/info?litellm_model_id=chat-2");
    expect(one.json().data).toMatchObject([
      { model_name: "chat", model_info: { id: "chat-2", max_input_tokens: 8_192 } },
    ]);
    const none = await gateway.ask("/model/info?litellm_model_id=chat-9");
    expect([none.status, none.json().error.param]).toEqual([400, "litellm_model_id"]);
    await expectSilence(gateway, "/model/info", "/model_group/info", "/v1/models", "/v1/models?limit=1");
  });

  test("limits of an answer that the config has stand in every list, and nowhere where it has none", async () => {
    const gateway = await gatewayWithInfo();
    const { data } = (await gateway.ask("/v1/models")).json();
    const [chat, embed] = data;
    expect(chat).toMatchObject({ id: "chat", max_tokens: 4_096, max_output_tokens: 4_096 });
    expect((await gateway.ask("/v1/models", { headers: ANTHROPIC })).json().data[0]).toMatchObject({
      id: "chat",
      max_tokens: 4_096,
    });
    expect(Object.keys(embed)).toContain("max_output_tokens");
    const without = await gatewayWith({ "chat-1": ready(8_192) });
    const [card] = (await without.ask("/v1/models")).json().data;
    expect(Object.keys(card).filter((key) => /^max_(?:output_)?tokens$/.test(key))).toEqual([]);
  });

  test("group info has one for each name, with what its deployments have in common", async () => {
    const gateway = await gatewayWithInfo();
    const { data } = (await gateway.ask("/model_group/info")).json();
    expect(data).toMatchObject([
      {
        model_group: "chat",
        providers: ["openai"],
        mode: "chat",
        max_input_tokens: 8_192,
        max_output_tokens: 4_096,
        supports_vision: true,
      },
      { model_group: "org/embed" },
    ]);
    const one = await gateway.ask("/model_group/info?model_group=org/embed");
    expect(one.json().data).toMatchObject([{ model_group: "org/embed" }]);
    expect((await gateway.ask("/model_group/info?model_group=none")).status).toBe(404);
  });

  test("other names for an alias are listed by themselves, unless they are hidden", async () => {
    const router_settings = {
      model_group_alias: { "gpt-4o": "chat", secret: { model: "chat", hidden: true } },
    };
    const gateway = await gatewayWith(
      { "chat-1": ready(8_192) },
      { settings: { router_settings, general_settings: { master_key: "sk-master" } } },
    );
    const groups = (await gateway.ask("/model_group/info")).json().data;
    expect(groups.map((one: { model_group: string }) => one.model_group)).toEqual([
      "chat",
      "org/embed",
      "gpt-4o",
    ]);
    expect((await gateway.ask("/v1/models/gpt-4o")).json()).toMatchObject({ id: "gpt-4o", ...KNOWN(8_192) });
    const { text } = await gateway.ask("/v1/model/info");
    expect(text).toContain("openai/gpt-4o");
    expect(text).not.toContain("secret");
  });

  test.each(["/v1/models", "/model/info", "/v1/model/info", "/model_group/info"])(
    "%s wants the key, and GET",
    async (path) => {
      const gateway = await gatewayWith({});
      expect((await gateway.ask(path, { headers: { authorization: "" } })).status).toBe(401);
      const { status, headers } = await gateway.ask(path, { method: "POST", body: {} });
      expect([status, headers["allow"]]).toEqual([405, "GET"]);
    },
  );
});
