import { hex16From } from "../random.ts";
import { tokenAt } from "../vllm/answer-text.ts";
import type { Backend } from "../vllm/call.ts";
import type { Conversation, RealtimeEvent, StartConversation } from "./conversation.ts";

const TOKENS = 12;

/** OpenAI's realtime API, as far as text goes: a session that repeats its model, and responses with usage. */
class Responses implements Conversation {
  readonly #backend: Backend;
  #session: Readonly<Record<string, unknown>>;
  #inputTokens = 0;

  constructor(backend: Backend, asked: string | null) {
    this.#backend = backend;
    const model = asked ?? backend.settings.servedNames[0] ?? "";
    const id = `sess_${hex16From(backend.random)}`;
    this.#session = { type: "realtime", object: "realtime.session", id, model, output_modalities: ["text"] };
  }

  greet(): readonly RealtimeEvent[] {
    const { model } = this.#session;
    if (this.#isServed(model)) return [this.#event("session.created", { session: this.#session })];
    return [this.#error(`The model \`${String(model)}\` does not exist.`, "model_not_found")];
  }

  answer(event: RealtimeEvent): readonly RealtimeEvent[] {
    switch (event["type"]) {
      case "session.update":
        return [this.#update(event["session"])];
      case "conversation.item.create":
        this.#inputTokens += Math.ceil(JSON.stringify(event["item"] ?? "").length / 4);
        return [this.#event("conversation.item.added", { item: event["item"] ?? null })];
      case "response.create":
        return this.#respond();
      default:
        return [
          this.#error(`Invalid value: '${String(event["type"])}'.`, "invalid_value", event["event_id"]),
        ];
    }
  }

  refuseText(): RealtimeEvent {
    return this.#error("We could not parse the JSON of your message.", "invalid_json");
  }

  #update(session: unknown): RealtimeEvent {
    const changes = (session ?? {}) as Readonly<Record<string, unknown>>;
    if (changes["model"] !== undefined && !this.#isServed(changes["model"]))
      return this.#error(`The model ${JSON.stringify(changes["model"])} does not exist.`, "model_not_found");
    this.#session = { ...this.#session, ...changes };
    return this.#event("session.updated", { session: this.#session });
  }

  #respond(): readonly RealtimeEvent[] {
    const { seed } = this.#backend.settings;
    const id = `resp_${hex16From(this.#backend.random)}`;
    const deltas = Array.from({ length: TOKENS }, (_, index) => tokenAt(seed, index));
    const usage = {
      total_tokens: this.#inputTokens + TOKENS,
      input_tokens: this.#inputTokens,
      output_tokens: TOKENS,
    };
    const response = { object: "realtime.response", id, output_modalities: ["text"] };
    return [
      this.#event("response.created", { response: { ...response, status: "in_progress", usage: null } }),
      ...deltas.map((delta) => this.#event("response.output_text.delta", { response_id: id, delta })),
      this.#event("response.output_text.done", { response_id: id, text: deltas.join("") }),
      this.#event("response.done", { response: { ...response, status: "completed", usage } }),
    ];
  }

  #isServed(model: unknown): boolean {
    return this.#backend.settings.servedNames.some((name) => name === model);
  }

  #error(message: string, code: string, cause: unknown = null): RealtimeEvent {
    const error = { type: "invalid_request_error", code, message, param: null, event_id: cause ?? null };
    return this.#event("error", { error });
  }

  #event(type: string, facts: object): RealtimeEvent {
    return { type, event_id: `event_${hex16From(this.#backend.random)}`, ...facts };
  }
}

export const responses: StartConversation = (backend, asked) => new Responses(backend, asked);
