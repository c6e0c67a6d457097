import assert from "node:assert/strict";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateImage, generateText } from "ai";
import { embeds, generates, refusesWrongKey } from "./ai-sdk.mjs";
import * as with_ from "./features.mjs";

const options = {
  name: "rollcall",
  apiKey: with_.KEY,
  baseURL: `${with_.URL_OF_GATEWAY}/v1`,
  includeUsage: true,
  supportsStructuredOutputs: true,
};
const provider = createOpenAICompatible(options);
const { text, stream, tools, structured, agent, cut, abort, ...rest } = generates((alias) => provider(alias));

await with_.tryFeatures({
  chat: text,
  stream,
  tools,
  "tools-stream": rest["tools-stream"],
  structured,
  agent,
  cut,
  completions: async () => {
    const made = await generateText({ model: provider.completionModel("chat"), prompt: with_.QUESTION });
    assert.ok(made.text.length > 0);
  },
  embeddings: embeds(provider.embeddingModel("team/embed")),
  image: async () => {
    const { image } = await generateImage({ model: provider.imageModel("image"), prompt: with_.QUESTION });
    assert.match(image.base64, /^iVBOR/);
  },
  "wrong-key": () => refusesWrongKey(createOpenAICompatible({ ...options, apiKey: with_.WRONG_KEY })("chat")),
  "unknown-model": rest["unknown-model"],
  abort,
});
