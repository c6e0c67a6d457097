import { smallChat, smallResponse } from "../load/body.ts";
import { ROLLCALL } from "../systems/rollcall.ts";
import { measureClosedLoop } from "./closed-loop.ts";
import { ONE_BACKEND, type Sample, type Scenario } from "./scenario.ts";

const LOADS = {
  chat: { path: "/v1/chat/completions", body: smallChat() },
  messages: { path: "/v1/messages", body: smallChat() },
  responses: { path: "/v1/responses", body: smallResponse() },
};

/** Chats before and after, so that a machine that slows down meanwhile slows all of them. */
const ORDER = ["chat", "messages", "responses", "chat"] as const;

/** What other endpoints cost beside a chat whose bodies are as long. */
export const PASS_THROUGH: Scenario = {
  name: "pass-through",
  title: "messages and responses",
  does: "The small chat with 32 connections, and the same as Anthropic's messages and OpenAI's Responses, one after the other in each round.",
  columns: [
    { key: "chat", title: "chat, CPU µs", digits: 1 },
    { key: "messages", title: "messages, CPU µs", digits: 1 },
    { key: "responses", title: "responses, CPU µs", digits: 1 },
    { key: "messagesRatio", title: "messages × chat", digits: 2 },
    { key: "responsesRatio", title: "responses × chat", digits: 2 },
  ],
  site: ONE_BACKEND,
  rounds: 9,
  seconds: 1,
  own: [ROLLCALL],
  base: ROLLCALL.name,
  part: "every",
  measure: async (stage): Promise<Sample> => {
    const cpu: Record<(typeof ORDER)[number], number[]> = { chat: [], messages: [], responses: [] };
    for (const name of ORDER) {
      const { sample } = await measureClosedLoop(stage, { ...LOADS[name], connections: 32 });
      cpu[name].push(sample["cpu"] ?? Number.NaN);
    }
    const [chat, messages, responses] = [mean(cpu.chat), mean(cpu.messages), mean(cpu.responses)];
    return { chat, messages, responses, messagesRatio: messages / chat, responsesRatio: responses / chat };
  },
};

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
