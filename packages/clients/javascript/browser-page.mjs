// Runs in a browser: what an app without a server of its own does.
import OpenAI from "openai";

const MESSAGES = [{ role: "user", content: "What is the weather in Paris?" }];
const clientOf = ({ url, key }) =>
  new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0, dangerouslyAllowBrowser: true });

async function collect(iterable, pick) {
  const items = [];
  for await (const item of iterable) items.push(pick(item));
  return items;
}

window.inPage = {
  fetchChat: async ({ url, key }) => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "chat", messages: MESSAGES }),
    });
    const { model } = await response.json();
    return { status: response.status, model, requestId: response.headers.get("x-request-id") };
  },
  openaiChat: async (site) => {
    const chat = await clientOf(site).chat.completions.create({ model: "chat", messages: MESSAGES });
    return chat.choices[0].message.content;
  },
  openaiStream: async (site) => {
    const asked = { model: "chat", messages: MESSAGES, stream: true };
    return collect(await clientOf(site).chat.completions.create(asked), ({ choices }) => choices[0].delta);
  },
  openaiResponses: async (site) => {
    const asked = { model: "chat", input: "hi", stream: true };
    return collect(await clientOf(site).responses.create(asked), ({ type }) => type);
  },
  openaiModels: (site) => collect(clientOf(site).models.list(), ({ id }) => id),
  openaiFailure: async (site) => {
    const listed = clientOf(site).models.list();
    const { status, code } = await listed.catch((error) => error);
    return { status, code };
  },
};
