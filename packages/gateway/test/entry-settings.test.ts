import { expect, test } from "vitest";
import { gatewayFor, simulator, type Answer } from "./harness.ts";

const attempts = ({ headers }: Answer) => Number(headers["x-rollcall-attempts"] ?? 1);

/** Three replicas that all fail, tried in their order. */
async function failing(paramsOf: Readonly<Record<string, object>>, settings: object = {}) {
  const backends = await Promise.all([simulator(), simulator(), simulator()]);
  for (const { control } of backends) control.fault("engine-error");
  const chat = backends.map(({ url }, index) => ({ url, params: paramsOf[`chat-${index + 1}`] ?? {} }));
  const gateway = await gatewayFor({ chat }, { settings });
  const asked = () => backends.map(({ seen }) => seen.count("/v1/chat/completions"));
  return { gateway, asked };
}

test.each<
  readonly [about: string, paramsOf: Record<string, object>, config: number, body: object, tries: number]
>([
  ["of none is the config's", {}, 2, {}, 3],
  ["of the first that failed is its own", { "chat-1": { num_retries: 0 } }, 2, {}, 1],
  ["may be more than the config's", { "chat-1": { num_retries: 1 } }, 0, {}, 2],
  ["of another one is not looked at", { "chat-2": { num_retries: 0 } }, 2, {}, 3],
  ["counts after the request's own", { "chat-1": { num_retries: 0 } }, 2, { num_retries: 1 }, 2],
])("num_retries %s", async (...row) => {
  const [, paramsOf, config, body, tries] = row;
  const { gateway, asked } = await failing(paramsOf, { router_settings: { num_retries: config } });
  expect((await gateway.chat(body)).status).toBe(502);
  expect(asked().reduce((sum, count) => sum + count)).toBe(tries);
});

test("each organization of a list is a deployment, and is told to the server", async () => {
  const backend = await simulator();
  const params = { organization: ["org-a", "org-b"] };
  const settings = { router_settings: { routing_strategy: "least-busy" } };
  const gateway = await gatewayFor({ chat: [backend] }, { params, settings });
  const answers: Answer[] = [];
  for (let turn = 0; turn < 12; turn += 1) answers.push(await gateway.chat());
  const ids = new Set(answers.map(({ headers }) => headers["x-litellm-model-id"]));
  const told = new Set(backend.seen.requests.map(({ headers }) => headers["openai-organization"]));
  expect(ids).toEqual(new Set(["chat-1", "chat-1-2"]));
  expect(told).toEqual(new Set(["org-a", "org-b"]));
  expect(answers.map(attempts)).toEqual(answers.map(() => 1));
});
