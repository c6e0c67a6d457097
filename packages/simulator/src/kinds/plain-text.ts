import type { Answer } from "../vllm/answer.ts";

export function plainText(status: number, body: string): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}
