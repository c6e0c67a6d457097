import { request } from "undici";

export interface ChatCall {
  readonly gatewayUrl: string;
  readonly key: string | null;
  readonly alias: string;
  readonly onText: (text: string) => void;
}

/** One streamed chat request through the gateway. Resolves with null, or with what was answered instead. */
export async function streamChat({ gatewayUrl, key, alias, onText }: ChatCall): Promise<string | null> {
  const { statusCode, headers, body } = await request(`${gatewayUrl}/v1/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({
      model: alias,
      stream: true,
      max_tokens: 24,
      messages: [{ role: "user", content: "Say hello." }],
    }),
  });
  if (statusCode !== 200) {
    const reason = headers["x-rollcall-reason"];
    const { error } = (await body.json()) as { error: { message: string } };
    return `${statusCode}${typeof reason === "string" ? ` (${reason})` : ""}: ${error.message}`;
  }
  let pending = "";
  for await (const chunk of body) {
    pending += String(chunk);
    const lines = pending.split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) {
      const text = textOf(line);
      if (text !== "") onText(text);
    }
  }
  return null;
}

function textOf(line: string): string {
  if (!line.startsWith("data: {")) return "";
  const event = JSON.parse(line.slice(6)) as {
    error?: { message: string };
    choices?: { delta?: { content?: string | null } }[];
  };
  if (event.error !== undefined) return ` [${event.error.message}]`;
  return event.choices?.[0]?.delta?.content ?? "";
}
