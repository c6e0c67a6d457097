import { hash, randomFrom } from "../random.ts";
import { json } from "./answer.ts";
import { type Call, send } from "./call.ts";
import { enterEngine } from "./enter-engine.ts";
import { readInference } from "./inference-request.ts";
import { isTokenIds, readPrompt } from "./prompt.ts";
import { answerId, createdNow } from "./subject.ts";

const DIMENSIONS = 16;

/** POST /v1/embeddings: the same seed and input give the same unit vector. */
export async function embeddings(call: Call): Promise<void> {
  const request = await readInference(call, "embeddings");
  const run = request && (await enterEngine(call));
  if (request === undefined || run === undefined) return;
  const { body, model, prompt } = request;
  const { seed } = call.backend.settings;
  const size = typeof body["dimensions"] === "number" ? body["dimensions"] : DIMENSIONS;
  // The official client asks for base64 unless told otherwise.
  const print = body["encoding_format"] === "base64" ? base64 : floats;
  const data = inputs(body["input"]).map((text, index) => {
    return { index, object: "embedding", embedding: print(vector(seed ^ hash(text), size)) };
  });
  run.prefilled(prompt.tokens);
  run.end("stop");
  const usage = {
    prompt_tokens: prompt.tokens,
    total_tokens: prompt.tokens,
    completion_tokens: 0,
    prompt_tokens_details: null,
  };
  send(
    call,
    json(200, { id: answerId(call, "embd"), object: "list", created: createdNow(call), model, data, usage }),
  );
}

function inputs(input: unknown): string[] {
  if (!Array.isArray(input) || isTokenIds(input)) return [readPrompt(input).text];
  return input.map((item) => readPrompt(item).text);
}

function vector(seed: number, size: number): Float32Array {
  const random = randomFrom(seed);
  const raw = Float32Array.from({ length: size }, () => random() * 2 - 1);
  const norm = Math.hypot(...raw);
  return raw.map((value) => value / norm);
}

function floats(values: Float32Array): number[] {
  return Array.from(values);
}

/** Little-endian float32, as numpy writes them. */
function base64(values: Float32Array): string {
  return Buffer.from(values.buffer).toString("base64");
}
