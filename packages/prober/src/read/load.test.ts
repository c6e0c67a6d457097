import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure, response } from "../../test/answers.ts";
import { LLAMACPP_PAGE, SGLANG_PAGE, VLLM_PAGE } from "../../test/metrics-pages.ts";
import { readLoad, type Load } from "./load.ts";

const read = (page: string): Load | null => readLoad(response(200, page));

describe("the metrics", () => {
  it("of vLLM", () => {
    expect(read(VLLM_PAGE)).toEqual({
      running: 5,
      waiting: 2,
      kvUsage: 0.6225,
      preemptions: 3,
      // Those that ended with stop or length: what was given up or failed shows no token.
      succeeded: 5,
      generated: 200,
      progress: 30 + 1_000 + 200 + (4 + 1 + 7 + 9),
      awake: true,
      startedAt: 1_755_400_000_120,
      name: "qwen3-coder",
    });
  });

  it("of SGLang, which tells no start", () => {
    expect(read(SGLANG_PAGE)).toEqual({
      running: 162,
      waiting: 2_826,
      kvUsage: 0.28,
      preemptions: null,
      succeeded: 11_228,
      generated: 7_557_572,
      progress: 8_128_902 + 7_557_572 + 11_228,
      awake: true,
      startedAt: null,
      name: "org/llama",
    });
  });

  it("of llama.cpp, which has no labels and no count of requests", () => {
    expect(read(LLAMACPP_PAGE)).toEqual({
      running: 4,
      waiting: 46,
      kvUsage: null,
      preemptions: null,
      succeeded: null,
      generated: 39_080,
      progress: 512 + 39_080 + 39_303,
      awake: true,
      startedAt: null,
      name: null,
    });
  });

  it("of several engines are one sum, and the fullest cache", () => {
    const page = [0, 1]
      .flatMap((engine) => [
        `vllm:num_requests_running{engine="${engine}",model_name="m"} ${engine + 1}`,
        `vllm:num_requests_waiting{engine="${engine}",model_name="m"} 3`,
        `vllm:kv_cache_usage_perc{engine="${engine}",model_name="m"} 0.${engine + 4}`,
        `vllm:generation_tokens_total{engine="${engine}",model_name="m"} 10`,
      ])
      .join("\n");
    expect(read(page)).toMatchObject({ running: 3, waiting: 6, kvUsage: 0.5, progress: 20, name: "m" });
  });

  it("of vLLM before 0.9.2 have the cache under its older name", () => {
    expect(read("vllm:num_requests_running 1\nvllm:gpu_cache_usage_perc 0.25\n")).toMatchObject({
      kvUsage: 0.25,
    });
  });

  it("that only say what runs say nothing of the rest", () => {
    expect(read("vllm:num_requests_running 1")).toEqual({
      running: 1,
      waiting: 0,
      kvUsage: null,
      preemptions: null,
      succeeded: null,
      generated: null,
      progress: null,
      awake: true,
      startedAt: null,
      name: null,
    });
  });
});

describe("sleep", () => {
  const state = (engine: number, awake: number) =>
    `vllm:engine_sleep_state{engine="${engine}",sleep_state="awake"} ${awake}\n` +
    `vllm:engine_sleep_state{engine="${engine}",sleep_state="weights_offloaded"} ${1 - awake}\n`;

  it.each([
    ["no engine says that it sleeps", "", true],
    ["the one engine is awake", state(0, 1), true],
    ["the one engine is not", state(0, 0), false],
    ["one of several is not", state(0, 1) + state(1, 0), false],
    ["all are awake", state(0, 1) + state(1, 1), true],
  ])("%s", (_what, page, awake) => {
    expect(read(`vllm:num_requests_running 0\n${page}`)?.awake).toBe(awake);
  });
});

describe("no metrics", () => {
  it.each([
    ["no answer", failure("PROBE_TIMEOUT")],
    ["no such route", response(404, { detail: "Not Found" })],
    ["a closed door", response(401, VLLM_PAGE)],
    ["a page that was cut", { ...response(200, VLLM_PAGE), truncated: true }],
    ["an engine that keeps no statistics", response(200, "process_start_time_seconds 1.7e9\n")],
    ["TensorRT-LLM's JSON", response(200, [{ gpuMemUsage: 1, iter: 2 }])],
    ["an empty page", response(200, "")],
    ["HTML", response(200, "<html>")],
  ])("are told by %s", (_what, answer) => {
    expect(readLoad(answer)).toBeNull();
  });
});

it("no page is too odd to be read, and all its numbers are finite", () => {
  const piece = fc.constantFrom(...VLLM_PAGE.split(/(?<=[\n ="{}])/), "NaN", "-1", "1e999", "\u0000", "é");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const load = read(`vllm:num_requests_running 1\n${pieces.join("")}`);
      const numbers = Object.values(load ?? {}).filter((value) => typeof value === "number");
      expect(numbers.length).toBeGreaterThan(1);
      expect(numbers.every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
