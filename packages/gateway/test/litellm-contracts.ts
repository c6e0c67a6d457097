import { vi } from "vitest";
import type { Simulator } from "@rollcall/simulator";
import {
  gatewayFor,
  MASTER_KEY,
  MESSAGES,
  simulator,
  type Answer,
  type Gateway,
  type GatewayOptions,
  type Place,
} from "./harness.ts";
import { field, file, multipart } from "./multipart.ts";
import { rawBackend } from "./raw-backend.ts";

/** What a row asks: one gateway that all rows share, or one of its own. Both have the switch where it is tried. */
export interface Bench {
  readonly plain: Gateway;
  readonly make: (
    aliases: Readonly<Record<string, readonly Place[]>>,
    options?: GatewayOptions,
  ) => Promise<Gateway>;
}

/** One thing that programs written against LiteLLM's proxy count on. */
export interface Contract {
  readonly topic: string;
  readonly contract: string;
  readonly ask: (bench: Bench) => Promise<unknown>;
  /** What is found without the switch: as LiteLLM has it, unless one of the next two says otherwise. */
  readonly found: unknown;
  /** The same with `rollcall.compat: litellm`, where that is what makes it so. */
  readonly withSwitch?: unknown;
  /** Why it is otherwise here, switch or not. */
  readonly refused?: string;
}

export const kindOf = ({ refused, withSwitch }: Contract) =>
  refused !== undefined ? "no" : withSwitch === undefined ? "yes" : "with the switch";

/** Every task, so that one backend serves every endpoint. */
export const EVERYTHING = {
  tasks: ["generate", "embed", "score", "classify", "transcription", "speech", "image"],
} as const;

const CHAT = "/v1/chat/completions";
const ASKED = { model: "chat", messages: MESSAGES };
const NO_KEY = { authorization: "" };
/** Weight 0 makes the second one a backup. */
const TRIED_FIRST = { params: { order: 1 } };

const statusOf = ({ status }: Answer) => status;
const keyIn =
  (headers: Record<string, string>) =>
  async ({ plain }: Bench) =>
    statusOf(await plain.chat({}, { ...NO_KEY, ...headers }));
const header =
  (name: string, of: (bench: Bench) => Promise<Answer> = ({ plain }) => plain.chat()) =>
  async (bench: Bench) =>
    (await of(bench)).headers[name];
const posted =
  (path: string, body: object, keys: readonly string[]) =>
  async ({ plain }: Bench) => {
    const answer = await plain.ask(path, { body });
    const value = answer.json();
    return [answer.status, ...keys.filter((key) => Object.hasOwn(value, key))];
  };
const got =
  (path: string, read: (answer: Answer) => unknown) =>
  async ({ plain }: Bench) =>
    read(await plain.ask(path));
const ROUTE = /^(GET|POST) (.*)$/;
/** Of each the status and the code. */
const codesOf =
  (routes: readonly string[]) =>
  async ({ plain }: Bench) =>
    Promise.all(
      routes.map(async (route) => {
        const [, method, path = ""] = ROUTE.exec(route) ?? [];
        const { status, json } = await plain.ask(path, method === "POST" ? { body: {} } : {});
        return `${status} ${json().error.code}`;
      }),
    );
/** Routes that are not there. */
const absent = (routes: readonly string[], refused: string): Omit<Contract, "topic"> => ({
  contract: routes.map((route) => `\`${route}\``).join(", "),
  ask: codesOf(routes),
  found: routes.map(() => "404 unknown_url"),
  refused,
});

const failing = (status = 500, body = "") =>
  rawBackend((socket) =>
    socket.write(
      `HTTP/1.1 ${status} Oops\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    ),
  );
const silent = () => rawBackend(() => {});
/** Nothing is listening there. */
const nowhere = { url: "http://127.0.0.1:9" };
const deploymentOf = ({ headers }: Answer) => headers["x-litellm-model-id"];
const overLong = () =>
  failing(
    400,
    JSON.stringify({
      error: {
        message: "This model's maximum context length is 10 tokens. However, you requested 20 tokens.",
        type: "BadRequestError",
        code: 400,
      },
    }),
  );

/** Waits until a changed config is in force. */
async function reread(gateway: Gateway): Promise<void> {
  await vi.waitFor(async () => {
    if ((await gateway.metric("config_generation")) !== 2) throw new Error("not read yet");
  }, 10_000);
}

/** The deployments that answered so many chats. */
async function answerers(gateway: Gateway, turns: number): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (let turn = 0; turn < turns; turn += 1) {
    const id = String(deploymentOf(await gateway.chat()));
    found[id] = (found[id] ?? 0) + 1;
  }
  return found;
}

const byStrategy =
  (routing_strategy: string) =>
  async ({ make }: Bench) => {
    const places = { chat: [await simulator(), await simulator()] };
    const gateway = await make(places, {
      ...TRIED_FIRST,
      settings: { router_settings: { routing_strategy } },
    });
    return Object.values(await answerers(gateway, 8)).reduce((sum, count) => sum + count);
  };

/** A first deployment that fails, a second that does not, and how often the first was asked. */
async function askedBefore(
  { make }: Bench,
  bad: Place & { readonly requests: number },
  settings: object,
): Promise<number> {
  const gateway = await make({ chat: [bad, await simulator()] }, { settings });
  for (let turn = 0; turn < 4; turn += 1) await gateway.chat({ stream: true });
  return bad.requests;
}

const HEADERS: readonly Omit<Contract, "topic">[] = [
  {
    contract: "`x-litellm-call-id` names the request on every answer, errors too",
    ask: async ({ plain }) => {
      const answers = [await plain.chat(), await plain.chat({ model: "no" }), await plain.ask("/v1/models")];
      return answers.map(({ headers }) => /^\S+$/.test(String(headers["x-litellm-call-id"])));
    },
    found: [true, true, true],
  },
  {
    contract: "`x-litellm-call-id` of the request is kept",
    ask: header("x-litellm-call-id", ({ plain }) => plain.chat({}, { "x-litellm-call-id": "call-7" })),
    found: "call-7",
  },
  {
    contract: "`x-litellm-model-id` names the deployment that answered",
    ask: header("x-litellm-model-id"),
    found: "chat-1",
  },
  {
    contract: "`x-litellm-version` is a version",
    ask: async (bench) => /^\d+\.\d+\.\d+/.test(String(await header("x-litellm-version")(bench))),
    found: true,
  },
  {
    contract: "`x-litellm-attempted-retries` counts further attempts",
    ask: async ({ plain, make }) => {
      const gateway = await make({ chat: [await failing(), await simulator()] });
      return [plain, gateway].reduce<Promise<unknown[]>>(
        async (before, one) => [...(await before), (await one.chat()).headers["x-litellm-attempted-retries"]],
        Promise.resolve([]),
      );
    },
    found: ["0", "1"],
  },
  {
    contract: "`x-litellm-attempted-fallbacks` counts model groups that stood in",
    ask: header("x-litellm-attempted-fallbacks", async ({ make }) => {
      const gateway = await make(
        { chat: [await failing()], other: [await simulator()] },
        { settings: { router_settings: { fallbacks: [{ chat: ["other"] }], num_retries: 0 } } },
      );
      return gateway.chat();
    }),
    found: "1",
  },
];

const STATUSES: readonly Omit<Contract, "topic">[] = [
  {
    contract: "an unknown model is 400",
    ask: async ({ plain }) => statusOf(await plain.chat({ model: "no-such-model" })),
    found: 404,
    withSwitch: 400,
  },
  {
    contract: "a backend that is silent for `timeout` is 408",
    ask: async ({ make }) => {
      const gateway = await make({ chat: [await silent()] }, { params: { timeout: 0.2 } });
      return statusOf(await gateway.chat());
    },
    found: 504,
    withSwitch: 408,
  },
  {
    contract: "a backend that cannot be reached is 500",
    ask: async ({ make }) => statusOf(await (await make({ chat: [nowhere] })).chat()),
    found: 502,
    withSwitch: 500,
  },
  {
    contract: "no deployment that could serve is 429",
    ask: async ({ make }) => {
      const gateway = await make({ chat: [await simulator()] }, { says: { "chat-1": "loading" } });
      return statusOf(await gateway.chat());
    },
    found: 503,
    withSwitch: 429,
  },
  {
    contract: "`error.code` is the status as text",
    ask: async ({ plain }) => (await plain.chat({ model: "" })).json().error.code,
    found: null,
    withSwitch: "400",
  },
  {
    contract: "`error.type` of a missing key is `auth_error`",
    ask: async ({ plain }) => (await plain.chat({}, NO_KEY)).json().error.type,
    found: "invalid_request_error",
    withSwitch: "auth_error",
  },
  {
    contract: "no key is 401",
    ask: keyIn({}),
    found: 401,
  },
  { contract: "`Bearer` without a key is 401", ask: keyIn({ authorization: "Bearer " }), found: 401 },
  { contract: "a wrong key is 401", ask: keyIn({ authorization: "Bearer sk-wrong" }), found: 401 },
  {
    contract: "a key that does not begin with `sk-` is 401",
    ask: keyIn({ authorization: "Bearer x" }),
    found: 401,
  },
  {
    contract: "`messages` missing is the backend's 400",
    ask: async ({ plain }) => statusOf(await plain.ask(CHAT, { body: { model: "chat" } })),
    found: 400,
  },
  {
    contract: "a prompt that is too long is 400 `context_length_exceeded`",
    ask: async ({ make }) => {
      const { status, json } = await (await make({ chat: [await overLong()] })).chat();
      return [status, json().error.code];
    },
    found: [400, "context_length_exceeded"],
    withSwitch: [400, "400"],
  },
];

const KEYS: readonly Omit<Contract, "topic">[] = [
  "x-api-key",
  "api-key",
  "x-litellm-api-key",
  "x-goog-api-key",
  "Ocp-Apim-Subscription-Key",
]
  .map((name): Omit<Contract, "topic"> => ({
    contract: `the key is taken from \`${name}\``,
    ask: keyIn({ [name]: MASTER_KEY }),
    found: 200,
  }))
  .concat({
    contract: "the key is taken from the header that `litellm_key_header_name` names",
    ask: async ({ make }) => {
      const general_settings = { master_key: MASTER_KEY, litellm_key_header_name: "X-Corp-Key" };
      const gateway = await make({ chat: [await simulator()] }, { settings: { general_settings } });
      return statusOf(await gateway.chat({}, { ...NO_KEY, "x-corp-key": MASTER_KEY }));
    },
    found: 200,
  });

const form = (model: string) =>
  multipart("b", [file("file", Buffer.from("RIFFxxxx")), field("model", model)]);

const ENDPOINTS: readonly Omit<Contract, "topic">[] = [
  {
    contract: "`POST /chat/completions`, with and without `/v1`",
    ask: async ({ plain }) =>
      Promise.all(
        [CHAT, "/chat/completions"].map(async (path) => statusOf(await plain.ask(path, { body: ASKED }))),
      ),
    found: [200, 200],
  },
  {
    contract: "`POST /engines/{model}/chat/completions` without `model` in the body",
    ask: posted("/engines/chat/chat/completions", { messages: MESSAGES }, ["choices"]),
    found: [200, "choices"],
  },
  {
    contract: "`POST /openai/deployments/{model}/chat/completions?api-version=`",
    ask: posted("/openai/deployments/chat/chat/completions?api-version=1", { messages: MESSAGES }, [
      "choices",
    ]),
    found: [200, "choices"],
  },
  {
    contract: "`POST /completions`",
    ask: posted("/completions", { model: "chat", prompt: "Hi" }, ["choices", "usage"]),
    found: [200, "choices", "usage"],
  },
  {
    contract: "`POST /embeddings`",
    ask: posted("/embeddings", { model: "chat", input: "Hi" }, ["data", "usage"]),
    found: [200, "data", "usage"],
  },
  {
    contract: "`POST /rerank`, `/v1/rerank`, `/v2/rerank`",
    ask: async (bench) =>
      Promise.all(
        ["/rerank", "/v1/rerank", "/v2/rerank"].map((path) =>
          posted(path, { model: "chat", query: "a", documents: ["b"] }, ["results"])(bench),
        ),
      ),
    found: [
      [200, "results"],
      [200, "results"],
      [200, "results"],
    ],
  },
  {
    contract: "`POST /responses`",
    ask: posted("/responses", { model: "chat", input: "Hi" }, ["id", "output", "usage"]),
    found: [200, "id", "output", "usage"],
  },
  {
    contract: "`POST /v1/messages`",
    ask: posted("/v1/messages", { ...ASKED, max_tokens: 4 }, ["content", "stop_reason"]),
    found: [200, "content", "stop_reason"],
  },
  {
    contract: "`POST /v1/messages/count_tokens`",
    ask: posted("/v1/messages/count_tokens", ASKED, ["input_tokens"]),
    found: [200, "input_tokens"],
  },
  {
    contract: "`POST /audio/transcriptions`",
    ask: async ({ plain }) => {
      const headers = { "content-type": "multipart/form-data; boundary=b" };
      const answer = await plain.ask("/audio/transcriptions", { body: form("chat"), headers });
      return [answer.status, typeof answer.json().text];
    },
    found: [200, "string"],
  },
  {
    contract: "`POST /audio/speech`",
    ask: async ({ plain }) => {
      const { status, headers } = await plain.ask("/audio/speech", {
        body: { model: "chat", input: "Hi", voice: "v" },
      });
      return [status, String(headers["content-type"]).split("/")[0]];
    },
    found: [200, "audio"],
  },
  {
    contract: "`POST /images/generations`",
    ask: posted("/images/generations", { model: "chat", prompt: "Hi" }, ["data"]),
    found: [200, "data"],
  },
  {
    contract: "`POST /moderations`",
    ask: async ({ make }) => {
      const text = JSON.stringify({ id: "modr-1", model: "up", results: [{ flagged: false }] });
      const gateway = await make({
        chat: [
          await rawBackend((socket) =>
            socket.write(
              `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
            ),
          ),
        ],
      });
      const answer = await gateway.ask("/moderations", { body: { model: "chat", input: "Hi" } });
      return [answer.status, answer.json().model, answer.json().results.length];
    },
    found: [200, "chat", 1],
  },
  {
    contract: "`POST /utils/token_counter`",
    ask: posted("/utils/token_counter", ASKED, [
      "total_tokens",
      "request_model",
      "model_used",
      "tokenizer_type",
    ]),
    found: [200, "total_tokens", "request_model", "model_used", "tokenizer_type"],
  },
  {
    contract: "answers have the name that was asked for",
    ask: async ({ plain }) => {
      const whole = (await plain.chat()).json().model;
      const stream = (await plain.chat({ stream: true })).text;
      return [whole, new Set([...stream.matchAll(/"model":"([^"]*)"/g)].map(([, name]) => name)).size];
    },
    found: ["chat", 1],
  },
  {
    contract: "a stream ends with `data: [DONE]`",
    ask: async ({ plain }) => (await plain.chat({ stream: true })).text.trimEnd().split("\n").at(-1),
    found: "data: [DONE]",
  },
];

const INFO: readonly Omit<Contract, "topic">[] = [
  {
    contract: "`GET /v1/models` lists model groups, `created` is 1677610602",
    ask: got("/v1/models", ({ json }) => {
      const { object, data } = json();
      return [object, data[0].id, data[0].object, data[0].created];
    }),
    found: ["list", "chat", "model", 1_677_610_602],
  },
  {
    contract: "`GET /v1/models/{id}`",
    ask: got("/v1/models/chat", ({ status, json }) => [status, json().id]),
    found: [200, "chat"],
  },
  {
    contract: "`GET /model/info`, read only, without `api_base` and `api_key`",
    ask: got("/model/info", ({ json, text }) => {
      const [{ model_name, litellm_params, model_info }] = json().data;
      return [model_name, litellm_params, model_info.id, /api_base|api_key/.test(text)];
    }),
    found: ["chat", { model: "openai/chat" }, "chat-1", false],
  },
  {
    contract: "`GET /v1/model/info?litellm_model_id=`",
    ask: got("/v1/model/info?litellm_model_id=chat-1", ({ json }) => json().data.length),
    found: 1,
  },
  {
    contract: "`GET /model_group/info?model_group=`",
    ask: got("/model_group/info?model_group=chat", ({ json }) => json().data[0].model_group),
    found: "chat",
  },
  {
    contract: "`GET /health` counts healthy and unhealthy endpoints",
    ask: got("/health", ({ json }) => [json().healthy_count, json().unhealthy_count]),
    found: [1, 0],
  },
  {
    contract: "`GET /health/readiness` is `healthy` without a key",
    ask: async ({ plain }) => {
      const { status, json } = await plain.ask("/health/readiness", { headers: NO_KEY });
      return [status, json().status];
    },
    found: [200, "healthy"],
  },
  {
    contract: "`GET /health/liveliness` and `/health/liveness` say `I'm alive!` without a key",
    ask: async ({ plain }) =>
      Promise.all(
        ["/health/liveliness", "/health/liveness"].map(async (path) =>
          (await plain.ask(path, { headers: NO_KEY })).json(),
        ),
      ),
    found: ["I'm alive!", "I'm alive!"],
  },
  {
    contract: "`GET /routes` lists what is served",
    ask: got("/routes", ({ json }) => json().routes.some(({ path }: { path: string }) => path === CHAT)),
    found: true,
  },
  {
    contract: "`GET /` needs no key",
    ask: async ({ plain }) => statusOf(await plain.ask("/", { headers: NO_KEY })),
    found: 200,
  },
  {
    contract: "`GET /metrics` needs no key",
    ask: async ({ plain }) => statusOf(await plain.ask("/metrics", { headers: NO_KEY })),
    found: 200,
  },
];

const FALLBACKS: readonly Omit<Contract, "topic">[] = [
  {
    contract: "`fallbacks` of the config stand in on 5xx",
    ask: async ({ make }) => {
      const gateway = await make(
        { chat: [await failing()], other: [await simulator()] },
        { settings: { router_settings: { fallbacks: [{ chat: ["other"] }] } } },
      );
      return deploymentOf(await gateway.chat());
    },
    found: "other-1",
  },
  {
    contract: "`fallbacks` of the config stand in on a timeout",
    ask: async ({ make }) => {
      const gateway = await make(
        { chat: [await silent()], other: [await simulator()] },
        {
          params: { stream_timeout: 0.2 },
          settings: { router_settings: { fallbacks: [{ chat: ["other"] }] } },
        },
      );
      return deploymentOf(await gateway.chat({ stream: true }));
    },
    found: "other-1",
  },
  {
    contract: "`fallbacks` of the body stand in",
    ask: async ({ make }) => {
      const gateway = await make({ chat: [await failing()], other: [await simulator()] });
      return deploymentOf(await gateway.chat({ fallbacks: ["other"] }));
    },
    found: "other-1",
  },
  {
    contract: "`disable_fallbacks` of the body keeps them off",
    ask: async ({ make }) => {
      const gateway = await make(
        { chat: [await failing()], other: [await simulator()] },
        { settings: { router_settings: { fallbacks: [{ chat: ["other"] }] } } },
      );
      return (await gateway.chat({ disable_fallbacks: true })).status >= 500;
    },
    found: true,
  },
  {
    contract: "`context_window_fallbacks` stand in for a prompt that is too long",
    ask: async ({ make }) => {
      const gateway = await make(
        { chat: [await overLong()], other: [await simulator()] },
        { settings: { router_settings: { context_window_fallbacks: [{ chat: ["other"] }] } } },
      );
      return deploymentOf(await gateway.chat());
    },
    found: "other-1",
  },
  {
    contract: "`content_policy_fallbacks` stand in for a refused prompt",
    ask: async ({ make }) => {
      const refusing = await failing(
        400,
        JSON.stringify({ error: { message: "content_policy_violation", type: "invalid_request_error" } }),
      );
      const gateway = await make(
        { chat: [refusing], other: [await simulator()] },
        { settings: { router_settings: { content_policy_fallbacks: [{ chat: ["other"] }] } } },
      );
      return statusOf(await gateway.chat());
    },
    found: 400,
    refused: "one's own servers have no content filter to fall back from; `rollcall check` warns",
  },
  {
    contract: "`router_settings_override` of the body",
    ask: async ({ make }) => {
      const gateway = await make({ chat: [await failing()], other: [await simulator()] });
      const override = { fallbacks: [{ chat: ["other"] }] };
      return (await gateway.chat({ router_settings_override: override })).status >= 500;
    },
    found: true,
    refused: "an app changes its own request (`fallbacks`, `num_retries`, `timeout`), not the router",
  },
  {
    contract: "a weight-0 deployment is the backup that a retry reaches",
    ask: async ({ make }) => {
      const [bad, good] = [await failing(), await simulator()];
      const gateway = await make({ chat: [bad, good] }, TRIED_FIRST);
      const written = gateway.written as { model_list: { litellm_params: object }[] };
      await gateway.writeConfig({
        ...written,
        model_list: written.model_list.map((entry, index) => ({
          ...entry,
          litellm_params: { ...entry.litellm_params, weight: 1 - index },
        })),
      });
      await reread(gateway);
      const answer = await gateway.chat();
      return [answer.status, deploymentOf(answer), bad.requests];
    },
    found: [200, "chat-2", 1],
  },
  {
    contract: "`x-litellm-num-retries: 0` allows none",
    ask: async ({ make }) => {
      const gateway = await make({ chat: [await failing(), await simulator()] });
      return (await gateway.chat({}, { "x-litellm-num-retries": "0" })).status >= 500;
    },
    found: true,
  },
  {
    contract: "`x-litellm-timeout` shortens the time allowed",
    ask: async ({ make }) => {
      const gateway = await make({ chat: [await silent()] });
      return statusOf(await gateway.chat({}, { "x-litellm-timeout": "0.2" }));
    },
    found: 504,
    withSwitch: 408,
  },
  {
    contract: "`stream_timeout` leads a stream to another deployment",
    ask: async ({ make }) => {
      const gateway = await make(
        { chat: [await silent(), await simulator()] },
        { params: { stream_timeout: 0.2 } },
      );
      return deploymentOf(await gateway.chat({ stream: true }));
    },
    found: "chat-2",
  },
];

const STRATEGIES: readonly Omit<Contract, "topic">[] = [
  {
    contract: "`simple-shuffle` spreads requests over a group",
    ask: async ({ make }) => {
      const places = { chat: [await simulator(), await simulator()] };
      const settings = { router_settings: { routing_strategy: "simple-shuffle" } };
      const gateway = await make(places, { ...TRIED_FIRST, settings });
      return Object.keys(await answerers(gateway, 24)).length;
    },
    found: 2,
  },
  { contract: "`least-busy` is known", ask: byStrategy("least-busy"), found: 8 },
  { contract: "`latency-based-routing` is known", ask: byStrategy("latency-based-routing"), found: 8 },
  { contract: "`usage-based-routing-v2` is known", ask: byStrategy("usage-based-routing-v2"), found: 8 },
  {
    contract: "`cost-based-routing` takes the cheapest",
    ask: async ({ make }) => {
      const gateway = await make(
        { chat: [await simulator(), await simulator()] },
        { ...TRIED_FIRST, settings: { router_settings: { routing_strategy: "cost-based-routing" } } },
      );
      const infos = (gateway.written as { model_list: { model_info: object }[] }).model_list;
      await gateway.writeConfig({
        ...gateway.written,
        model_list: infos.map((entry, index) => ({
          ...entry,
          model_info: { ...entry.model_info, input_cost_per_token: index },
        })),
      });
      await reread(gateway);
      return Object.keys(await answerers(gateway, 16)).length;
    },
    found: 2,
    refused:
      "one's own servers have no price for a token: the default strategy is used, `rollcall check` warns",
  },
  {
    contract: "tags in `x-litellm-tags` choose deployments",
    ask: async ({ make }) => {
      const gateway = await make(
        { chat: [await simulator()] },
        { params: { tags: ["paid"] }, settings: { router_settings: { enable_tag_filtering: true } } },
      );
      return statusOf(await gateway.chat({}, { "x-litellm-tags": "free" }));
    },
    found: 403,
    withSwitch: 401,
  },
  {
    contract: "`tags` and `metadata.tags` of the body choose, too, and requests without tags go to `default`",
    ask: async ({ make }) => {
      const [free, spare] = [await simulator(), await simulator()];
      const places = [
        { url: free.url, params: { tags: ["free"] } },
        { url: spare.url, params: { tags: ["default"] } },
      ];
      const settings = { router_settings: { enable_tag_filtering: true } };
      const gateway = await make({ chat: places }, { settings });
      const bodies = [{ tags: ["free"] }, { metadata: { tags: ["free"] } }, {}, { tags: ["unknown"] }];
      const answers = await Promise.all(bodies.map((body) => gateway.chat(body)));
      return answers.map(deploymentOf);
    },
    found: ["chat-1", "chat-1", "chat-2", "chat-2"],
  },
];

const COOLDOWNS: readonly Omit<Contract, "topic">[] = [
  {
    contract: "a 429 cools its deployment down at once",
    ask: async (bench) => askedBefore(bench, await failing(429), {}),
    found: 1,
  },
  {
    contract: "`allowed_fails: 0` lets no 5xx pass",
    ask: async (bench) => askedBefore(bench, await failing(), { router_settings: { allowed_fails: 0 } }),
    found: 1,
  },
  {
    contract: "`allowed_fails_policy` sets it by the kind of fault",
    ask: async (bench) =>
      askedBefore(bench, await failing(), {
        router_settings: { allowed_fails: 0, allowed_fails_policy: { InternalServerErrorAllowedFails: 1 } },
      }),
    found: 2,
  },
  {
    contract: "a timeout cools down, too",
    ask: async (bench) =>
      askedBefore(bench, await silent(), {
        router_settings: { allowed_fails_policy: { TimeoutErrorAllowedFails: 0 }, stream_timeout: 0.2 },
      }),
    found: 1,
  },
  {
    contract: "a deployment that refuses its key fails no request: another one answers",
    ask: async ({ make }) => {
      const places = { chat: [await simulator({ apiKeys: ["another"] }), await simulator()] };
      const gateway = await make(places);
      return [await gateway.chat(), await gateway.chat()].map(statusOf);
    },
    found: [200, 200],
  },
  {
    contract: "after `cooldown_time` it is asked again",
    ask: async ({ make }) => {
      const bad = await failing();
      const router_settings = { allowed_fails: 0, cooldown_time: 0.3 };
      const gateway = await make({ chat: [bad, await simulator()] }, { settings: { router_settings } });
      await vi.waitFor(
        async () => {
          await gateway.chat();
          if (bad.requests < 2) throw new Error("still cooling");
        },
        { timeout: 10_000, interval: 30 },
      );
      return bad.requests;
    },
    found: 2,
  },
  {
    contract: "a client that hangs up cancels the backend's work and cools nothing down",
    ask: async ({ make }) => {
      const backend: Simulator = await simulator({ firstTokenMs: 60_000 });
      const gateway = await make({ chat: [backend, await simulator()] });
      const leaving = new AbortController();
      const asked = gateway
        .client()
        .chat.completions.create(ASKED, { signal: leaving.signal })
        .catch(() => "left");
      await vi.waitFor(() => {
        if (backend.seen.inFlight !== 1) throw new Error("not there yet");
      }, 10_000);
      leaving.abort();
      await asked;
      await vi.waitFor(() => {
        if (backend.seen.cancelled !== 1) throw new Error("still at work");
      }, 10_000);
      await backend.control.reset();
      backend.control.setSpeed({ firstTokenMs: 0 });
      return deploymentOf(await gateway.chat());
    },
    found: "chat-1",
  },
];

const NEEDS_DATABASE = "keys, teams and budgets are not kept here: the master key is the only one";

const MANAGEMENT: readonly Omit<Contract, "topic">[] = [
  absent(["POST /key/generate", "POST /key/delete", "GET /key/info", "GET /key/list"], NEEDS_DATABASE),
  absent(["POST /user/new", "POST /team/new", "POST /customer/new"], NEEDS_DATABASE),
  absent(["GET /spend/logs", "GET /global/spend"], NEEDS_DATABASE),
  {
    contract: "`x-ratelimit-api_key-*` on answers",
    ask: async ({ plain }) =>
      Object.keys((await plain.chat()).headers).filter((name) => name.startsWith("x-ratelimit")),
    found: [],
    refused: NEEDS_DATABASE,
  },
  absent(
    ["POST /model/new", "POST /model/update", "POST /model/delete", "POST /config/update"],
    "models come from the config, which is read again when it changes",
  ),
  absent(
    ["POST /v1/files", "POST /v1/batches", "POST /v1/threads", "POST /v1/vector_stores"],
    "no server of one's own has it",
  ),
];

const TOPICS: Readonly<Record<string, readonly Omit<Contract, "topic">[]>> = {
  Headers: HEADERS,
  "Statuses and errors": STATUSES,
  Keys: KEYS,
  Endpoints: ENDPOINTS,
  Information: INFO,
  "Retries and fallbacks": FALLBACKS,
  Strategies: STRATEGIES,
  "Cooldowns and cancelling": COOLDOWNS,
  Management: MANAGEMENT,
};

export const CONTRACTS: readonly Contract[] = Object.entries(TOPICS).flatMap(([topic, rows]) =>
  rows.map((row) => ({ topic, ...row })),
);

/** As the page has it. */
export function pageRow(row: Contract): string {
  return [row.topic, row.contract, kindOf(row), row.refused ?? ""].join(" | ");
}

export const makeWith =
  (compat: "none" | "litellm"): Bench["make"] =>
  (aliases, options = {}) =>
    gatewayFor(aliases, { ...options, rollcall: { compat } });
