import { json } from "./answer.ts";
import { wordOf } from "./answer-text.ts";
import { type Call, send } from "./call.ts";
import { tokenId } from "./formats/tokens.ts";
import { readJson } from "./inference-request.ts";
import { isTokenIds, readPrompt, tokenize as pieces } from "./prompt.ts";

/** POST /tokenize: no key is asked for, and max_model_len is told a second time. */
export async function tokenize(call: Call): Promise<void> {
  const body = await readJson(call);
  if (body === undefined) return;
  const strings = pieces(readPrompt(body["prompt"] ?? body["messages"]).text);
  send(
    call,
    json(200, {
      count: strings.length,
      max_model_len: call.backend.settings.maxModelLen,
      tokens: strings.map(tokenId),
      token_strs: body["return_token_strs"] === true ? strings : null,
    }),
  );
}

/** POST /detokenize: made-up words, since a token's number does not tell its text. */
export async function detokenize(call: Call): Promise<void> {
  const body = await readJson(call);
  if (body === undefined) return;
  const tokens = isTokenIds(body["tokens"]) ? body["tokens"] : [];
  send(call, json(200, { prompt: tokens.map(wordOf).join(" ") }));
}
