import { expect, test } from "vitest";
import { ask } from "../../test/ask.ts";
import { eventsOf } from "../../test/chat.ts";
import { running } from "../../test/running.ts";

test("a completion is whole or streamed, and says the same", async () => {
  const simulator = await running();
  const url = `${simulator.url}/v1/completions`;
  const json = { prompt: "Once upon a time", max_tokens: 5 };
  const whole = (await ask(url, { json })).json();
  expect(whole).toMatchObject({
    id: expect.stringMatching(/^cmpl-[0-9a-f]{16}$/),
    object: "text_completion",
    model: "gpt-oss-120b",
    choices: [{ index: 0, finish_reason: "length" }],
    usage: { prompt_tokens: 4, total_tokens: 9, completion_tokens: 5 },
  });
  const stream_options = { include_usage: true };
  const events = eventsOf((await ask(url, { json: { ...json, stream: true, stream_options } })).text);
  expect(events.at(-1)).toBe("[DONE]");
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event));
  expect(chunks).toHaveLength(6);
  expect(chunks.map((chunk) => chunk.choices[0]?.text ?? "").join("")).toBe(whole.choices[0].text);
  expect(chunks[0].choices[0].finish_reason).toBe(null);
  expect(chunks[0]).not.toHaveProperty("usage");
  // The last token comes with the reason.
  expect(chunks[4].choices[0]).toMatchObject({ text: expect.stringMatching(/\w/), finish_reason: "length" });
  expect(chunks[5]).toMatchObject({ choices: [], usage: { completion_tokens: 5 } });
});

test("a prompt may be a list of token ids, and must be there", async () => {
  const simulator = await running();
  const url = `${simulator.url}/v1/completions`;
  expect((await ask(url, { json: { prompt: [1, 2, 3] } })).json().usage.prompt_tokens).toBe(3);
  expect((await ask(url, { json: {} })).json().error.param).toBe("prompt");
});
