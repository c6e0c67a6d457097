import { hex16From } from "../random.ts";
import { tokenAt } from "../vllm/answer-text.ts";
import { type Backend, seconds } from "../vllm/call.ts";
import type { Conversation, RealtimeEvent, StartConversation } from "./conversation.ts";

/** PCM16: two bytes a sample. */
const SAMPLE_BYTES = 2;

/** Prompt tokens for so many samples: 80 ms of 16 kHz, as Voxtral has it. */
const SAMPLES_PER_TOKEN = 1_280;

/** vLLM's realtime API: speech to text. The query means nothing; the first `session.update` names the model. */
class Transcription implements Conversation {
  readonly #backend: Backend;
  #isModelKnown = false;
  #isBegun = false;
  #words: string[] = [];
  #samples = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  greet(): readonly RealtimeEvent[] {
    const { now, random } = this.#backend;
    return [
      {
        type: "session.created",
        id: `sess-${hex16From(random)}${hex16From(random)}`,
        created: seconds(now()),
      },
    ];
  }

  answer(event: RealtimeEvent): readonly RealtimeEvent[] {
    switch (event["type"]) {
      case "session.update":
        // It does look at the name, and goes on whatever it finds.
        if (!("model" in event)) return [error("'model'", "processing_error")];
        this.#isModelKnown = true;
        return [];
      case "input_audio_buffer.append":
        return this.#append(event["audio"]);
      case "input_audio_buffer.commit":
        return this.#commit(event["final"] === true);
      default:
        return [error(`Unknown event type: ${String(event["type"])}`, "unknown_event")];
    }
  }

  refuseText(): RealtimeEvent {
    return error("Invalid JSON", "invalid_json");
  }

  #append(audio: unknown): readonly RealtimeEvent[] {
    const samples =
      typeof audio === "string" ? Math.floor(Buffer.from(audio, "base64").length / SAMPLE_BYTES) : 0;
    if (samples === 0) return [error("Invalid audio data", "invalid_audio")];
    this.#samples += samples;
    return this.#isBegun ? [this.#word()] : [];
  }

  #commit(isFinal: boolean): readonly RealtimeEvent[] {
    if (!this.#isModelKnown) {
      const message =
        "Model not validated. Make sure to validate the model by sending a session.update event.";
      return [error(message, "model_not_validated")];
    }
    if (!isFinal) {
      this.#isBegun = true;
      return this.#samples > 0 && this.#words.length === 0 ? [this.#word()] : [];
    }
    const usage = {
      prompt_tokens: Math.ceil(this.#samples / SAMPLES_PER_TOKEN),
      total_tokens: Math.ceil(this.#samples / SAMPLES_PER_TOKEN) + this.#words.length,
      completion_tokens: this.#words.length,
      prompt_tokens_details: null,
    };
    const text = this.#words.join("");
    this.#words = [];
    this.#samples = 0;
    return [{ type: "transcription.done", text, usage }];
  }

  #word(): RealtimeEvent {
    const delta = tokenAt(this.#backend.settings.seed, this.#words.length);
    this.#words.push(delta);
    return { type: "transcription.delta", delta };
  }
}

export const transcription: StartConversation = (backend) => new Transcription(backend);

function error(message: string, code: string): RealtimeEvent {
  return { type: "error", error: message, code };
}
