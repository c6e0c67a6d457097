import { expect, test } from "vitest";
import { ask } from "../../test/ask.ts";
import { running } from "../../test/running.ts";

const CREATED = 1_755_400_000;
const now = (): number => CREATED * 1000 + 999;

test("a card is vLLM's to the byte, apart from the random permission id", async () => {
  const simulator = await running({ now });
  const { status, text, headers } = await ask(`${simulator.url}/v1/models`);
  expect(status).toBe(200);
  expect(headers).toEqual({
    date: "Sun, 17 Aug 2025 03:06:40 GMT",
    server: "uvicorn",
    "content-type": "application/json",
    "content-length": String(text.length),
    vary: "Origin",
  });
  expect(text.replace(/modelperm-[0-9a-f]{16}/, "modelperm-X")).toBe(
    '{"object":"list","data":[{"id":"gpt-oss-120b","object":"model","created":1755400000,"owned_by":"vllm",' +
      '"root":"/models/gpt-oss-120b","parent":null,"max_model_len":131072,"permission":[{"id":"modelperm-X",' +
      '"object":"model_permission","created":1755400000,"allow_create_engine":false,"allow_sampling":true,' +
      '"allow_logprobs":true,"allow_search_indices":false,"allow_view":true,"allow_fine_tuning":false,' +
      '"organization":"*","group":null,"is_blocking":false}]}]}',
  );
});

test("there is one card per served name, with one root, and one per adapter with its parent", async () => {
  const simulator = await running({ servedNames: ["a", "b"], root: "/w", loras: ["sql"], maxModelLen: 4096 });
  const { data } = (await ask(`${simulator.url}/v1/models`)).json();
  expect(data).toMatchObject([
    { id: "a", root: "/w", parent: null, max_model_len: 4096 },
    { id: "b", root: "/w", parent: null, max_model_len: 4096 },
    { id: "sql", root: "/loras/sql", parent: "a", max_model_len: null },
  ]);
});

test("created is the clock at the moment of the request and the permission id is new each time", async () => {
  let clock = CREATED * 1000;
  const simulator = await running({ now: () => clock });
  const first = (await ask(`${simulator.url}/v1/models`)).json().data[0];
  clock += 60_000;
  const second = (await ask(`${simulator.url}/v1/models`)).json().data[0];
  expect(second.created).toBe(first.created + 60);
  expect(second.permission[0].created).toBe(second.created);
  expect(second.permission[0].id).not.toBe(first.permission[0].id);
});

test("the Rust frontend owns its cards and gives no permission", async () => {
  const simulator = await running({ errorBodies: "rust" });
  const [card] = (await ask(`${simulator.url}/v1/models`)).json().data;
  expect(card.owned_by).toBe("vllm-frontend-rs");
  expect(card).not.toHaveProperty("permission");
});
