import { createAnthropic } from "@ai-sdk/anthropic";
import { generates, refusesWrongKey } from "./ai-sdk.mjs";
import * as with_ from "./features.mjs";

const options = { apiKey: with_.KEY, baseURL: `${with_.URL_OF_GATEWAY}/v1` };
const anthropic = createAnthropic(options);
const { text, stream, tools, structured, agent, cut, abort, ...rest } = generates((alias) =>
  anthropic(alias),
);

await with_.tryFeatures({
  messages: text,
  "messages-stream": stream,
  "messages-tools": async () => {
    await tools();
    await rest["tools-stream"]();
  },
  "messages-structured": structured,
  "messages-agent": agent,
  "messages-cut": cut,
  "wrong-key": () => refusesWrongKey(createAnthropic({ ...options, apiKey: with_.WRONG_KEY })("chat")),
  "unknown-model": rest["unknown-model"],
  abort,
});
