import { isRecord } from "@rollcall/contract";
import { eventStarts, readEvent } from "../upstream/relay/event-text.ts";
import type { EventTransform } from "./answer-transform.ts";

const EMPTY = Buffer.alloc(0);
const CHUNK = "transcription.chunk";
const DONE = "[DONE]";

/**
 * Puts vLLM's stream of a transcription into OpenAI's events, which are all that its SDKs read. vLLM's are chunks as chat has
 * them (`TranscriptionStreamResponse` in its protocol.py) and a `[DONE]`; what is none of these stays as it came.
 */
export class TranscriptionEvents implements EventTransform {
  /** Of the pieces so far; null: no chunk has come, and the server speaks as OpenAI does. */
  #text: string | null = null;
  #usage: object | null = null;

  push(bytes: Buffer): readonly Buffer[] {
    const parts: Buffer[] = [];
    // In latin1 a character is a byte.
    for (const [start, end] of eventStarts(bytes.toString("latin1"))) {
      const event = bytes.subarray(start, end);
      const told = this.#translate(event.toString("utf8"));
      if (told === null) parts.push(event);
      else if (told !== "") parts.push(Buffer.from(told));
    }
    return parts;
  }

  flush(): Buffer {
    return EMPTY;
  }

  cutEvent(): null {
    return null;
  }

  /** Null: as it is. Empty: nothing of it is told. */
  #translate(event: string): string | null {
    const data = readEvent(event)?.data.trim();
    if (data === DONE) return this.#text === null ? null : this.#done(this.#text);
    if (data?.includes(CHUNK) !== true) return null;
    const chunk = parse(data);
    if (!isRecord(chunk) || chunk["object"] !== CHUNK) return null;
    this.#usage = readUsage(chunk["usage"]) ?? this.#usage;
    const delta = textIn(chunk["choices"]);
    this.#text = (this.#text ?? "") + delta;
    return delta === "" ? "" : print({ type: "transcript.text.delta", delta });
  }

  #done(text: string): string {
    const usage = this.#usage === null ? {} : { usage: this.#usage };
    return print({ type: "transcript.text.done", text, ...usage });
  }
}

function print(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** A transcription has one choice, and the chunk with the usage has none. */
function textIn(choices: unknown): string {
  const [choice]: readonly unknown[] = Array.isArray(choices) ? choices : [];
  const delta = isRecord(choice) ? choice["delta"] : null;
  const content = isRecord(delta) ? delta["content"] : null;
  return typeof content === "string" ? content : "";
}

/** vLLM counts as for completions, and only where the form has `stream_include_usage`. */
function readUsage(usage: unknown): object | null {
  if (!isRecord(usage)) return null;
  const { prompt_tokens: input, completion_tokens: output, total_tokens: total } = usage;
  return { type: "tokens", input_tokens: input ?? 0, output_tokens: output ?? 0, total_tokens: total ?? 0 };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
