import { ENDPOINTS } from "@rollcall/contract";
import { expect, it } from "vitest";
import { modelList, response } from "../../test/answers.ts";
import { ProberHarness, type HarnessOptions } from "../../test/prober-harness.ts";
import { httpOf } from "../../test/prober-http.ts";
import { Events } from "../events.ts";
import { proberApp } from "./app.ts";
import type { Explanation } from "./explanation.ts";

async function asked(options: HarnessOptions = {}) {
  const harness = new ProberHarness(
    [
      { id: "1", alias: "chat", base: "http://gpu-1:8000" },
      { id: "2", alias: "chat", base: "http://gpu-2:8000", key: "sk-backend" },
      { id: "chat", alias: "org/b", base: "http://gpu-3:8000" },
    ],
    options,
  );
  harness.backends.serve("http://gpu-1:8000", "llama");
  harness.backends.serve("http://gpu-2:8000", "qwen");
  await harness.start();
  const events = new Events();
  const app = proberApp(httpOf(harness, { events }));
  const get = async (path: string) => {
    const reply = await app.request(path);
    return { status: reply.status, body: (await reply.json()) as Explanation };
  };
  return { harness, events, get };
}

it("tells of a deployment what was asked, what came back, what it means, what to do and what changed", async () => {
  const { harness, events, get } = await asked();
  const verdict = harness.written.last.verdicts[1];
  if (verdict === undefined) throw new Error("no verdict");
  for (let at = 1; at <= 12; at += 1) events.record({ ...verdict, reason: "ok" }, verdict, at);
  const { status, body } = await get("/explain/2");
  expect(status).toBe(200);
  expect(body).toMatchObject({ name: "2", ready: false });
  expect(body.deployments).toHaveLength(1);
  const [told] = body.deployments;
  expect(told).toMatchObject({
    deployment: "2",
    alias: "chat",
    reason: "wrong_name",
    expected: "llama",
    found: ["qwen"],
    apiBase: "http://gpu-2:8000/v1",
    kind: "vllm",
    meaning: "The backend serves other names than the one the config expects.",
    load: null,
    loadTimesMs: [],
  });
  expect(told?.fix).toBe(verdict.hint);
  expect(told?.exchanges[0]).toEqual({
    at: expect.any(Number),
    path: "/v1/models",
    outcome: expect.stringMatching(/^200 .*, \d+ characters, 1 ms$/),
  });
  expect(told?.changes.map(({ at }) => at)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(JSON.stringify(body)).not.toContain("sk-backend");
});

it("tells of an alias by its deployments: it is ready if one of them is", async () => {
  const { harness, get } = await asked();
  const { body } = await get("/explain/chat");
  expect(body).toMatchObject({ name: "chat", ready: true });
  expect(body.deployments.map(({ deployment }) => deployment)).toEqual(["1", "2"]);
  harness.backends.serve("http://gpu-1:8000", "qwen");
  await harness.clock.advance(2_010);
  expect((await get("/explain/chat")).body).toMatchObject({ ready: false });
  expect((await get("/explain/org/b")).body).toMatchObject({ name: "org/b", ready: false });
  expect((await get("/explain/org%2Fb")).body).toMatchObject({ name: "org/b" });
});

it("has the general advice where there is no better", async () => {
  const { get } = await asked();
  const { body } = await get("/explain/org/b");
  expect(body.deployments).toMatchObject([
    { reason: "loading", fix: "Wait: vLLM listens only after the weights are loaded." },
  ]);
});

it("knows an alias by its second name", async () => {
  const { harness, get } = await asked();
  const settings = harness.settings.get();
  const groupAliases = new Map([["gpt-4", { alias: "chat", hidden: false }]]);
  harness.settings.set({ ...settings, config: { ...settings.config, groupAliases } });
  expect((await get("/explain/gpt-4")).body).toMatchObject({ name: "chat", ready: true });
});

it("is 404 for what there is not, with what was probably meant", async () => {
  const { get } = await asked();
  expect(await get("/explain/chatt")).toEqual({
    status: 404,
    body: { error: 'no alias or deployment "chatt" in the config: did you mean "chat"?' },
  });
});

it("tells which endpoints are missing, and what showed it", async () => {
  const { harness, get } = await asked({ endpoints: ENDPOINTS });
  harness.backends.refuse("http://gpu-1:8000");
  await harness.clock.advance(5_000);
  const has = ENDPOINTS.filter(({ name }) => name !== "rerank");
  const paths = Object.fromEntries(
    has.map(({ below, upstreamPath }) => [(below === "api" ? "/v1" : "") + upstreamPath, { post: {} }]),
  );
  harness.backends.answer("http://gpu-1:8000", ({ path }) => {
    if (path === "/openapi.json") return response(200, { paths });
    return response(200, path.endsWith("/models") ? modelList("llama") : "");
  });
  await harness.clock.advance(3_000);
  const { body } = await get("/explain/1");
  expect(body.deployments[0]).toMatchObject({
    served: { missing: ["rerank"] },
    endpointExchanges: [{ path: "/openapi.json", outcome: expect.stringMatching(/^200 /) }],
  });
});
