import { hash } from "../random.ts";
import { json } from "./answer.ts";
import { type Call, send } from "./call.ts";
import { readJson } from "./inference-request.ts";
import { readPrompt, tokenize as pieces } from "./prompt.ts";

/** GPT-OSS's vocabulary, roughly. */
const VOCABULARY = 200_000;

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
      tokens: strings.map((piece) => hash(piece) % VOCABULARY),
      token_strs: body["return_token_strs"] === true ? strings : null,
    }),
  );
}
