import { expect, test } from "vitest";
import { wrongEnd } from "./stream-end.ts";

const event = (type: string) => `event: ${type}\ndata: {"type":"${type}"}\n\n`;
const DONE = "data: [DONE]\n\n";
const CHUNK = 'data: {"choices":[{"delta":{"content":"data: [DONE]"}}]}\n\n';
const ERROR = 'data: {"error":{"message":"cut"}}\n\n';

test.each<[string, string, string]>([
  ["a chat", "/v1/chat/completions", CHUNK + DONE],
  ["a chat that broke off", "/v1/chat/completions?api-version=1", CHUNK + ERROR],
  ["a response", "/v1/responses", event("response.created") + event("response.completed")],
  ["a response that failed", "/openai/responses?x=1", event("response.failed")],
  [
    "a transcription",
    "/v1/audio/transcriptions",
    event("transcript.text.delta") + event("transcript.text.done"),
  ],
  ["a message", "/v1/messages", event("message_start") + event("message_stop")],
  ["a message that broke off", "/v1/messages?beta=true", event("message_start") + event("error")],
])("%s ends once", (_case, path, text) => {
  expect(wrongEnd({ path, text })).toBeUndefined();
});

test.each<[string, string, string, string]>([
  ["a chat without an end", "/v1/chat/completions", CHUNK, "0 terminal"],
  ["a chat with two", "/v1/chat/completions", CHUNK + ERROR + DONE, "2 terminal"],
  ["a response with another's end", "/v1/responses", event("response.created") + DONE, "0 terminal"],
  ["a response that goes on", "/v1/responses", event("response.completed") + DONE, "goes on"],
  [
    "a transcription without an end",
    "/v1/audio/transcriptions",
    event("transcript.text.delta"),
    "0 terminal",
  ],
  ["a message that goes on", "/v1/messages", event("message_stop") + DONE, "goes on"],
])("%s is told", (_case, ...[path, text, said]) => {
  expect(wrongEnd({ path, text })).toContain(said);
});
