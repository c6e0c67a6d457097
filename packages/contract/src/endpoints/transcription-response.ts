import type { ResponseShape } from "./endpoint.ts";

/**
 * JSON or plain text, as the form asks; neither repeats the model. vLLM streams chunks with it and `[DONE]`, OpenAI events that
 * end with `transcript.text.done`.
 */
export const transcriptionResponse: ResponseShape = {
  model: [],
  content: null,
  usage: ["usage"],
  events: {
    model: [["model"]],
    usage: [["usage"]],
    named: false,
    opening: [],
    terminal: ["[DONE]", "transcript.text.done"],
    finish: null,
  },
};
