import { aliasOf } from "../names.ts";

const QUESTION = "Why is the sky blue, in one sentence, for somebody who knows no physics at all?";

/** A chat as apps send it: 0.3 KB. */
export function smallChat(): string {
  return JSON.stringify({
    model: aliasOf(0),
    messages: [
      {
        role: "system",
        content: "You are a helpful assistant. Answer briefly and say so when you do not know.",
      },
      { role: "user", content: QUESTION },
    ],
    temperature: 0.7,
    max_tokens: 64,
  });
}

/** The small chat as Responses have it. For Anthropic's messages it is the same. */
export function smallResponse(): string {
  const {
    model,
    messages: input,
    temperature,
    max_tokens: tokens,
  } = JSON.parse(smallChat()) as Record<string, unknown>;
  return JSON.stringify({ model, input, temperature, max_output_tokens: tokens });
}

/** A chat that is streamed, with so many tokens. */
export function streamedChat(tokens: number): string {
  const messages = [{ role: "user", content: QUESTION }];
  return JSON.stringify({ model: aliasOf(0), stream: true, max_tokens: tokens, messages });
}

const PARAGRAPH = `The function \\"route\\" takes a request and looks at its path.\n\tIf nothing fits, it answers 404; see §4, „Fehler“ and the log.\n`;

/** A conversation with a long document in it: so many bytes, with line breaks, quotes and letters beyond ASCII. */
export function longChat(bytes: number): string {
  const question = { role: "user", content: QUESTION };
  const around = JSON.stringify({
    model: aliasOf(0),
    messages: [{ role: "user", content: "" }, question],
  }).length;
  const paragraph = Buffer.byteLength(JSON.stringify(PARAGRAPH)) - 2;
  const content = PARAGRAPH.repeat(Math.ceil((bytes - around) / paragraph));
  return JSON.stringify({ model: aliasOf(0), messages: [{ role: "user", content }, question] });
}

/** A question about a picture that comes along in base64: so many bytes. */
export function pictureChat(bytes: number): string {
  const url = `data:image/png;base64,${"iVBORw0KGgoAAAAN".repeat(Math.ceil(bytes / 16))}`;
  const content = [
    { type: "text", text: "What is in this picture?" },
    { type: "image_url", image_url: { url } },
  ];
  return JSON.stringify({ model: aliasOf(0), messages: [{ role: "user", content }], max_tokens: 64 });
}

/** 1,000 texts to be embedded: 0.1 MB. */
export function embeddings(): string {
  const input = Array.from({ length: 1_000 }, (_, index) => `${index}: ${QUESTION}`);
  return JSON.stringify({ model: aliasOf(0), input, encoding_format: "base64" });
}
