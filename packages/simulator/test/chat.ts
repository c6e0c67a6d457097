import type { IncomingMessage } from "node:http";
import type { Simulator } from "../src/index.ts";
import { ask, open, type Reply } from "./ask.ts";

export const MESSAGES = [{ role: "user", content: "Say something, please." }];

export function chat(simulator: Simulator, fields: object = {}): Promise<Reply> {
  return ask(`${simulator.url}/v1/chat/completions`, { json: { messages: MESSAGES, ...fields } });
}

export function openStream(simulator: Simulator, fields: object = {}): Promise<IncomingMessage> {
  const json = { messages: MESSAGES, stream: true, ...fields };
  return open(`${simulator.url}/v1/chat/completions`, { json });
}

/** The data of every event of a stream. */
export function eventsOf(text: string): string[] {
  return text
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => block.replace(/^data: /, ""));
}

/** What a chat stream says, put together. */
export function contentOf(events: readonly string[]): string {
  const chunks = events.filter((event) => event !== "[DONE]").map((event) => JSON.parse(event));
  return chunks.map((chunk) => chunk.choices?.[0]?.delta?.content ?? "").join("");
}

/** One metric's value, by the start of its line. */
export async function metric(simulator: Simulator, start: string): Promise<number> {
  const { text } = await ask(`${simulator.url}/metrics`);
  const line = text.split("\n").find((candidate) => candidate.startsWith(start));
  if (line === undefined) throw new Error(`/metrics has no ${start}`);
  return Number(line.split(" ").at(-1));
}
