import assert from "node:assert/strict";
import { createOpenAI } from "@ai-sdk/openai";
import { generateImage, generateSpeech, generateText, streamText, transcribe } from "ai";
import { embeds, generates, refusesWrongKey } from "./ai-sdk.mjs";
import * as with_ from "./features.mjs";

const options = { apiKey: with_.KEY, baseURL: `${with_.URL_OF_GATEWAY}/v1` };
const openai = createOpenAI(options);
// `openai("chat")` speaks Responses by default.
const byDefault = generates((alias) => openai(alias));
const chat = generates((alias) => openai.chat(alias));
const completion = openai.completion("chat");

await with_.tryFeatures({
  responses: byDefault.text,
  "responses-stream": byDefault.stream,
  "responses-tools": async () => {
    await byDefault.tools();
    await byDefault["tools-stream"]();
  },
  "responses-structured": byDefault.structured,
  "responses-agent": byDefault.agent,
  "responses-cut": byDefault.cut,
  chat: chat.text,
  stream: chat.stream,
  tools: chat.tools,
  "tools-stream": chat["tools-stream"],
  structured: chat.structured,
  agent: chat.agent,
  cut: chat.cut,
  completions: async () => {
    assert.ok((await generateText({ model: completion, prompt: with_.QUESTION })).text.length > 0);
  },
  "completions-stream": async () => {
    const { textStream } = streamText({ model: completion, prompt: with_.QUESTION });
    assert.ok((await with_.collect(textStream)).length > 1);
  },
  embeddings: embeds(openai.embedding("team/embed")),
  transcription: async () => {
    const { text } = await transcribe({ model: openai.transcription("whisper"), audio: with_.SOUND });
    assert.ok(text.length > 0);
  },
  speech: async () => {
    const { audio } = await generateSpeech({ model: openai.speech("tts"), text: with_.QUESTION });
    assert.equal(audio.uint8Array.length, with_.SPEECH_BYTES);
  },
  image: async () => {
    const { image } = await generateImage({ model: openai.image("image"), prompt: with_.QUESTION });
    assert.match(image.base64, /^iVBOR/);
  },
  "wrong-key": () => refusesWrongKey(createOpenAI({ ...options, apiKey: with_.WRONG_KEY })("chat")),
  "unknown-model": byDefault["unknown-model"],
  abort: byDefault.abort,
});
