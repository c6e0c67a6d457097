import type { EventShape } from "./endpoint.ts";

/** OpenAI's Responses, streamed: the object itself is repeated when it begins and when it ends, and there is no `[DONE]`. */
export const responseEvents: EventShape = {
  model: [["response", "model"]],
  usage: [["response", "usage"]],
  named: true,
  opening: ["response.created", "response.queued", "response.in_progress"],
  terminal: ["response.completed", "response.incomplete", "response.failed"],
  finish: null,
};
