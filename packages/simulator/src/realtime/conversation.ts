import type { Backend } from "../vllm/call.ts";

/** What one side says: JSON objects with a `type`. */
export type RealtimeEvent = Readonly<Record<string, unknown>>;

/** One WebSocket as a server speaks on it. */
export interface Conversation {
  /** What it says before it is asked. */
  greet(): readonly RealtimeEvent[];
  answer(event: RealtimeEvent): readonly RealtimeEvent[];
  /** To a text that is no JSON object. */
  refuseText(): RealtimeEvent;
}

/** `asked`: the model in the query, or null. */
export type StartConversation = (backend: Backend, asked: string | null) => Conversation;
