import { type Call, seconds } from "./call.ts";
import type { Subject } from "./formats/answer-format.ts";
import type { Generation } from "./generation.ts";
import type { InferenceRequest } from "./inference-request.ts";

/** What an answer says about itself, known before its first token. */
export function subjectOf(
  call: Call,
  request: InferenceRequest,
  answer: { idPrefix: string; generation: Generation },
): Subject {
  const { backend } = call;
  const { generation, idPrefix } = answer;
  const newId = (): string => backend.dialect.newId(backend.random);
  const tool = generation.tool && { id: `chatcmpl-tool-${newId()}`, name: generation.tool.name };
  const { model, prompt, body } = request;
  return {
    id: answerId(call, idPrefix),
    created: createdNow(call),
    model,
    fingerprint: backend.dialect.fingerprint(backend.settings),
    prompt,
    n: generation.choices,
    ...(tool && { tool }),
    body,
    newId,
  };
}

/** A client's X-Request-Id becomes part of the id; vLLM does not send it back as a header by default. */
export function answerId({ seen, backend }: Call, prefix: string): string {
  const given = seen.headers["x-request-id"];
  const separator = prefix === "resp" ? "_" : "-";
  const own = typeof given === "string" ? given : backend.dialect.newId(backend.random);
  return `${prefix}${separator}${own}`;
}

export function createdNow(call: Call): number {
  return seconds(call.backend.now());
}
