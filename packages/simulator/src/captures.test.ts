import { describe, expect, test } from "vitest";
import { ask, type Reply } from "../test/ask.ts";
import { readCapture } from "../test/capture-request.ts";
import {
  askAgain,
  LIKE_LLAMACPP,
  LIKE_VLLM,
  metricComments,
  metricLabels,
  RECORDED,
} from "../test/recorded-questions.ts";
import { running } from "../test/running.ts";
import { bodyShape, headShape, shapeOf } from "../test/shape.ts";
import { type Capture, parseCapture } from "./replay/capture.ts";

function recorded(name: string): Capture & { text: string } {
  const capture = parseCapture(readCapture(name)) as Capture;
  return { ...capture, text: capture.body.toString() };
}

describe.each(Object.values(RECORDED))("$folder is answered for as it was recorded", ({ options, files }) => {
  test.each(files)("%s", async (file) => {
    const simulator = await running(options);
    const there = recorded(file);
    const here = await askAgain(simulator.url, file);
    expect(here.status).toBe(there.status);
    expect(headShape(here.headers)).toEqual(headShape(there.headers));
    // An error's text is what a client acts on: that is the same to the letter.
    if (there.status >= 400) expect(here.text).toBe(there.text);
    else expect(bodyShape(here)).toEqual(bodyShape(there));
  });
});

test("a grammar that vLLM cannot read is an event under 200 in a stream, and 400 without one", async () => {
  const simulator = await running(LIKE_VLLM);
  const json_schema = { name: "x", schema: { type: "nonsense" } };
  const body = {
    messages: [{ role: "user", content: "hi" }],
    response_format: { type: "json_schema", json_schema },
  };
  const post = (fields: object): Promise<Reply> => {
    const headers = { authorization: "Bearer k" };
    return ask(`${simulator.url}/v1/chat/completions`, { headers, json: { ...body, ...fields } });
  };
  const text = readCapture("vllm-0.32.0/bad-grammar-stream.txt").toString();
  expect(await post({ stream: true })).toMatchObject({ status: 200, text });
  expect(await post({})).toMatchObject({ status: 400 });
});

test("vLLM's /metrics has the names, types and texts that were recorded, in their order", async () => {
  const simulator = await running(LIKE_VLLM);
  const { text } = await ask(`${simulator.url}/metrics`);
  expect(metricComments(text)).toEqual(metricComments(readCapture("vllm-0.32.0/metrics.txt").toString()));
  // 66 KB were recorded, of a server that had answered on more routes.
  expect(text.length).toBeGreaterThan(45_000);
  expect(text.length).toBeLessThan(70_000);
});

test("vLLM's /metrics has the labels that were recorded", async () => {
  const simulator = await running(LIKE_VLLM);
  await ask(`${simulator.url}/v1/models`, { headers: { authorization: "Bearer k" } });
  const { text } = await ask(`${simulator.url}/metrics`);
  expect(metricLabels(text)).toEqual(metricLabels(readCapture("vllm-0.32.0/metrics.txt").toString()));
});

test("llama.cpp's /metrics has the names that were recorded, and needs the key as /props does", async () => {
  const simulator = await running(LIKE_LLAMACPP);
  const headers = { authorization: "Bearer k" };
  const { text } = await ask(`${simulator.url}/metrics`, { headers });
  expect(metricComments(text)).toEqual(metricComments(readCapture("llamacpp/metrics.txt").toString()));
  const props = await ask(`${simulator.url}/props`, { headers });
  expect(shapeOf(props.json())).toEqual(
    shapeOf({ ...JSON.parse(readCapture("llamacpp/props.txt").toString()), model_path: "/models/gemma" }),
  );
  for (const path of ["/metrics", "/props"]) {
    expect((await ask(simulator.url + path, { headers: { authorization: "Bearer wrong" } })).text).toBe(
      '{"error":{"message":"Invalid API Key","type":"authentication_error","code":401}}',
    );
  }
});

test("llama.cpp says on every route that it loads", async () => {
  const simulator = await running({ ...LIKE_LLAMACPP, loadMs: 60_000, loadAs: "starting" });
  const { text } = recorded("llamacpp/no-route.http");
  expect(text).toContain("File Not Found");
  for (const path of ["/health", "/v1/models", "/metrics", "/nothing"]) {
    const reply = await ask(simulator.url + path);
    expect(reply).toMatchObject({
      status: 503,
      headers: { "content-type": "application/json; charset=utf-8" },
    });
    expect(reply.text).toBe('{"error":{"message":"Loading model","type":"unavailable_error","code":503}}');
  }
});
