import { request } from "node:http";
import { expect, test } from "vitest";
import { startGateway } from "../src/index.ts";
import {
  collect,
  gatewayFor,
  MASTER_KEY,
  MESSAGES,
  simulator,
  UPSTREAM,
  writtenFor,
  type Gateway,
  type Place,
} from "./harness.ts";
import { field, file, multipart, type WrittenPart } from "./multipart.ts";
import { recorder, type Recorder, type Reply } from "./recorder.ts";

const DONE: Reply = {
  body: JSON.stringify({
    id: "c",
    object: "chat.completion",
    model: UPSTREAM,
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hi" } }],
  }),
};
const FAILS: Reply = {
  status: 500,
  body: JSON.stringify({ error: { message: "no", type: "x", code: 500 } }),
};

const withParams = ({ url }: Place, params: object): Place => ({ url, params });

/** What came last, as text. */
const lastOf = ({ requests }: Recorder) => requests.at(-1)?.body.toString();

test("each attempt has the changes of the deployment that it goes to: retries, and fallbacks too", async () => {
  const [first, second, spare] = [
    await recorder(() => FAILS),
    await recorder(() => FAILS),
    await recorder(() => DONE),
  ];
  const gateway = await gatewayFor(
    {
      chat: [
        withParams(first, {
          temperature: 0.1,
          extra_body: { chat_template_kwargs: { enable_thinking: false } },
        }),
        withParams(second, {
          temperature: 0.2,
          top_k: 2,
          additional_drop_params: ["seed"],
          headers: { "x-team": "two" },
        }),
      ],
      spare: [spare],
    },
    { settings: { router_settings: { fallbacks: [{ chat: ["spare"] }], num_retries: 1 } } },
  );
  const answer = await gateway.ask("/v1/chat/completions", {
    body: '{"seed":1, "model":"chat","top_p":0.5}',
  });
  expect(answer.status).toBe(200);
  expect([first, second, spare].map(lastOf)).toEqual([
    `{"chat_template_kwargs":{"enable_thinking":false},"temperature":0.1,"seed":1, "model":"${UPSTREAM}","top_p":0.5}`,
    `{"temperature":0.2,"top_k":2,"model":"${UPSTREAM}","top_p":0.5}`,
    `{"seed":1, "model":"${UPSTREAM}","top_p":0.5}`,
  ]);
  expect([first, second, spare].map(({ requests }) => requests.at(-1)?.headers["x-team"])).toEqual([
    undefined,
    "two",
    undefined,
  ]);
  expect(second.requests[0]?.headers["content-length"]).toBe(String(second.requests[0]?.body.length));
});

/** Sends a body in chunks of its own. */
function sendChunked(
  gateway: Gateway,
  route: string,
  chunks: readonly Buffer[],
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" };
    const asked = request(gateway.url + route, { method: "POST", headers }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    });
    asked.on("error", reject);
    for (const chunk of chunks) asked.write(chunk);
    asked.end();
  });
}

test.each<[string, string, string]>([
  [
    "with escapes, unicode and repeated keys",
    `\t{ "t\\u0065mperature" : 1, "messages":[{"role":"user","content":"日本 \\"model\\":\\"x\\" 🙂"}], "model":"chat","a":1,"a":2 } `,
    `\t{"top_k":5, "messages":[{"role":"user","content":"日本 \\"model\\":\\"x\\" 🙂"}], "model":"${UPSTREAM}","a":1,"a":2 } `,
  ],
  ["with nothing but a name", `{"model":"chat"}`, `{"top_k":5,"model":"${UPSTREAM}"}`],
  [
    "of which all but the name is taken out",
    `{"temperature":1,"model":"chat","temperature":2}`,
    `{"top_k":5,"model":"${UPSTREAM}"}`,
  ],
  [
    "of a megabyte",
    `{"model":"chat","messages":"${"é".repeat(500_000)}","temperature":1}`,
    `{"top_k":5,"model":"${UPSTREAM}","messages":"${"é".repeat(500_000)}"}`,
  ],
])("a body in chunks, %s", async (_case, body, expected) => {
  const backend = await recorder(() => DONE);
  const gateway = await gatewayFor({
    chat: [withParams(backend, { top_k: 5, additional_drop_params: ["temperature"] })],
  });
  const bytes = Buffer.from(body);
  const chunks = [bytes.subarray(0, 7), bytes.subarray(7, 8), bytes.subarray(8)].filter(
    ({ length }) => length > 0,
  );
  expect(await sendChunked(gateway, "/v1/chat/completions", chunks)).toBe(200);
  expect(lastOf(backend)).toBe(expected);
});

test.each<[string, string, string]>([
  ["an empty body", "{}", `{"top_k":5,"model":"${UPSTREAM}"}`],
  ["all of it taken out", `{"temperature":1}`, `{"top_k":5,"model":"${UPSTREAM}"}`],
  ["another name in it", `{"model":"x","a":1}`, `{"top_k":5,"model":"${UPSTREAM}","a":1}`],
])("a model in the path and %s", async (_case, body, expected) => {
  const backend = await recorder(() => DONE);
  const gateway = await gatewayFor({
    chat: [withParams(backend, { top_k: 5, additional_drop_params: ["temperature"] })],
  });
  await gateway.ask("/openai/deployments/chat/chat/completions", { body });
  expect(JSON.parse(lastOf(backend) ?? "")).toEqual(JSON.parse(expected));
});

test("what is left out of Anthropic's messages and what the entry takes out get on with each other", async () => {
  const backend = await recorder(() => ({ body: JSON.stringify({ type: "message", content: [] }) }));
  const params = { additional_drop_params: ["tools[*].strict"], stop: "END", temperature: 0.5 };
  const gateway = await gatewayFor({ chat: [withParams(backend, params)] });
  const tool = { name: "f", input_schema: {}, strict: true };
  const body = {
    model: "chat",
    max_tokens: 9,
    messages: MESSAGES,
    tools: [{ type: "web_search_20250305", name: "web_search", strict: true }, tool],
  };
  await gateway.ask("/v1/messages", { body });
  expect(JSON.parse(lastOf(backend) ?? "")).toEqual({
    ...body,
    model: UPSTREAM,
    stop_sequences: ["END"],
    temperature: 0.5,
    tools: [{ name: "f", input_schema: {} }],
  });
});

test("a response that goes on from another gets the entry's parameters, and a server's own id", async () => {
  const made = { id: "resp_up", object: "response", status: "completed", model: UPSTREAM, output: [] };
  const backend = await recorder(() => ({ body: JSON.stringify(made) }));
  const params = { max_output_tokens: 9, temperature: 0.5, additional_drop_params: ["store"] };
  const gateway = await gatewayFor({ chat: [withParams(backend, params)] });
  const ask = async (more: object) =>
    gateway.ask("/v1/responses", { body: { store: true, ...more, model: "chat", input: "Hi" } });
  const { id } = (await ask({})).json() as { id: string };
  expect(id).not.toBe("resp_up");
  expect((await ask({ previous_response_id: id })).status).toBe(200);
  const common = { max_output_tokens: 9, temperature: 0.5, model: UPSTREAM, input: "Hi" };
  expect(backend.requests.map(({ body }) => JSON.parse(body.toString()) as unknown)).toEqual([
    common,
    { ...common, previous_response_id: "resp_up" },
  ]);
});

test("forms have fields put in and taken out, with the name in the form or in the path", async () => {
  const backend = await recorder(() => ({ body: '{"text":"Hi"}' }));
  const params = {
    temperature: 0.5,
    max_tokens: 5,
    extra_body: { vad: { threshold: 1 } },
    additional_drop_params: ["seed"],
  };
  const gateway = await gatewayFor({ chat: [withParams(backend, params)] });
  const sound = file("file", Buffer.from("RIFF\r\n"));
  const ask = async (route: string, parts: readonly WrittenPart[]) => {
    const headers = { "content-type": "multipart/form-data; boundary=b" };
    await gateway.ask(route, { headers, body: multipart("b", parts) });
    return lastOf(backend);
  };
  const put = [field("vad[threshold]", "1"), field("temperature", "0.5")];
  const name = field("model", UPSTREAM);
  expect(await ask("/v1/audio/transcriptions", [field("seed", "1"), field("model", "chat"), sound])).toBe(
    multipart("b", [...put, name, sound]).toString(),
  );
  expect(await ask("/openai/deployments/chat/audio/translations", [sound, field("seed", "1")])).toBe(
    multipart("b", [...put, name, sound]).toString(),
  );
});

test("headers are sent, those of the environment too, and extra_headers win", async () => {
  const backend = await recorder(() => DONE);
  const params = {
    headers: { "X-Team": "os.environ/TEAM", "X-Both": "one" },
    extra_headers: { "x-both": "two" },
  };
  const gateway = await gatewayFor(
    { chat: [withParams(backend, params)] },
    { start: (own) => startGateway({ ...own, env: { TEAM: "blue" } }) },
  );
  await gateway.chat();
  expect(backend.requests[0]?.headers).toMatchObject({ "x-team": "blue", "x-both": "two" });
});

test("streams are asked for usage where the config wants it, and the app gets it", async () => {
  const backend = await simulator();
  const settings = { general_settings: { master_key: MASTER_KEY, always_include_stream_usage: true } };
  const gateway = await gatewayFor({ chat: [backend] }, { settings });
  const ask = async (options: object) =>
    collect(
      await gateway
        .client()
        .chat.completions.create({ model: "chat", messages: MESSAGES, stream: true, ...options }),
    );
  const usages = async (options: object) => (await ask(options)).filter(({ usage }) => Boolean(usage)).length;
  expect(await usages({})).toBe(1);
  expect(await usages({ stream_options: { include_usage: false } })).toBe(0);
  expect((await gateway.chat()).status).toBe(200);
});

test("a changed entry changes later requests", async () => {
  const backend = await recorder(() => DONE);
  const gateway = await gatewayFor({ chat: [withParams(backend, { temperature: 0.1 })] });
  await gateway.writeConfig(writtenFor({ chat: [withParams(backend, { temperature: 0.7 })] }));
  await expect
    .poll(
      async () => {
        await gateway.chat();
        return (JSON.parse(lastOf(backend) ?? "") as { temperature?: number }).temperature;
      },
      { timeout: 5_000, interval: 50 },
    )
    .toBe(0.7);
});
