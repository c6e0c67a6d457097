import type { Call, Route } from "./call.ts";
import { enterEngine } from "./enter-engine.ts";
import { streamGeneration } from "./event-stream.ts";
import type { AnswerFormat } from "./formats/answer-format.ts";
import { generate } from "./generation.ts";
import { readInference } from "./inference-request.ts";
import type { Endpoint } from "./request-rules.ts";
import { subjectOf } from "./subject.ts";
import { sendWhole } from "./whole-answer.ts";

/** A route that generates: what is asked for at `endpoint`, answered in `format`. */
export function inference(endpoint: Endpoint, formatOf: (call: Call) => AnswerFormat): Route {
  return async (call) => {
    const request = await readInference(call, endpoint);
    const run = request && (await enterEngine(call));
    if (request === undefined || run === undefined) return;
    const format = formatOf(call);
    const generation = generate(call, { ...request, callsTools: format.callsTools === true }, run);
    const subject = subjectOf(call, request, { idPrefix: format.idPrefix, generation });
    const send = request.body["stream"] === true ? streamGeneration : sendWhole;
    await send(call, { subject, generation, format });
  };
}
