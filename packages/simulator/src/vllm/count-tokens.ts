import { json } from "./answer.ts";
import { type Call, send } from "./call.ts";
import { readInference } from "./inference-request.ts";

/** POST /v1/messages/count_tokens */
export async function countTokens(call: Call): Promise<void> {
  const request = await readInference(call, "count-tokens");
  if (request === undefined) return;
  const { tokens } = request.prompt;
  send(call, json(200, { input_tokens: tokens, context_management: { original_input_tokens: tokens } }));
}
