import { expect, test } from "vitest";
import type { ErrorBody } from "./error-body.ts";
import {
  saysClientMistake,
  saysContextTooLong,
  saysEngineDead,
  saysShuttingDown,
  saysUnknownModel,
} from "./server-texts.ts";

test.each([
  ["vLLM's V1 engine", "EngineCore encountered an issue. See stack trace (above) for the root cause.", true],
  ["vLLM's V0 engine", "Background loop has errored already.", true],
  ["an older one", "Engine loop is not running. Inspect the stacktrace.", true],
  ["its exception", "EngineDeadError: the engine has died", true],
  ["one failed request", "Internal server error", false],
  ["an empty message", "", false],
])("a dead engine, by the words of %s", (_who, message, dead) => {
  expect(saysEngineDead(message)).toBe(dead);
});

test.each([
  [
    "vLLM ≤ 0.10",
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the messages, 1000 in the completion).",
    true,
  ],
  [
    "vLLM ≥ 0.10.1",
    "'max_tokens' or 'max_completion_tokens' is too large: 9. This model's maximum context length is 8 tokens and your request has 7 input tokens (9 > 8 - 7).",
    true,
  ],
  ["vLLM's renderer", "Input length (9000) exceeds model's maximum context length (8192).", true],
  ["vLLM's engine", "The decoder prompt (length 9) is longer than the maximum model length of 8.", true],
  [
    "vLLM, of too long an answer",
    "max_tokens=99999 cannot be greater than max_model_len=512. Please request fewer output tokens.",
    true,
  ],
  [
    "llama.cpp",
    "request (3024 tokens) exceeds the available context size (1024 tokens), try increasing it",
    true,
  ],
  ["talk of it without a number", "The maximum context length is a setting.", false],
  ["another wrong request", "1 validation error", false],
])("a prompt too long, by the words of %s", (_who, message, tooLong) => {
  expect(saysContextTooLong(message)).toBe(tooLong);
});

test.each<[what: string, message: string, mistake: boolean]>([
  [
    "an image to a text model",
    "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
    true,
  ],
  [
    "bytes that are no text",
    "[json.exception.parse_error.101] parse error at line 1, column 71: syntax error while parsing value",
    true,
  ],
  ["a chat its template refuses", "Jinja Exception: Conversation roles must alternate user/assistant", true],
  ["a message without a role", `Failed to parse messages: Missing 'role' in message: {"content":"hi"}`, true],
  [
    "tools that are no list",
    "Failed to parse tools: Expected 'tools' to be an array, got 5; tools = 5",
    true,
  ],
  ["an error of its own", "CUDA error: out of memory", false],
  ["an error that speaks of images", "the worker for image input is not supported by a GPU", false],
])("a client's mistake under llama.cpp's 500: %s", (_what, message, mistake) => {
  expect(saysClientMistake(message)).toBe(mistake);
});

test("a server that shuts down, by the words of vLLM", () => {
  expect(saysShuttingDown("cannot schedule new futures after shutdown")).toBe(true);
  expect(saysShuttingDown("shutdown")).toBe(false);
});

const NAME = "org/model-7b";
const body = (fields: Partial<ErrorBody>): ErrorBody => ({
  message: `The model \`${NAME}\` does not exist.`,
  type: "NotFoundError",
  param: "model",
  code: null,
  ...fields,
});

test.each<[what: string, error: ErrorBody, unknown: boolean]>([
  ["vLLM", body({}), true],
  ["vLLM before there was a param", body({ param: null }), true],
  ["vLLM's Rust frontend", body({ type: "invalid_request_error", code: "model_not_found" }), true],
  ["LMDeploy", body({ message: `The model '${NAME}' does not exist.`, param: null }), true],
  ["Ollama", body({ message: `model '${NAME}' not found`, type: "not_found_error", param: null }), true],
  [
    "vLLM of another name, such as a tool's or an adapter's",
    body({ message: "The model `x` does not exist." }),
    false,
  ],
  [
    "vLLM of a name that only begins alike",
    body({ message: `The model \`${NAME}-awq\` does not exist.` }),
    false,
  ],
  ["a route that is missing", body({ message: "Not Found", type: "", param: null }), false],
  ["a wrong request that repeats the name", body({ type: "BadRequestError" }), false],
  ["a file that is missing", body({ message: `The file '${NAME}' does not exist.`, param: null }), false],
])("no such model, by the words of %s: %#", (_who, error, unknown) => {
  expect(saysUnknownModel(error, NAME)).toBe(unknown);
});
