import type { Socket } from "node:net";
import { MessageReader } from "../wire/message-reader.ts";
import {
  chatAnswer,
  embeddingsAnswer,
  HEALTHY,
  messagesAnswer,
  modelsAnswer,
  responsesAnswer,
} from "./canned.ts";
import { EventStream } from "./event-stream.ts";
import type { Pacer } from "./pacer.ts";

/** How much of a body is kept to look for the stream flag; requests for streams are small. */
const KEPT = 16 * 1024;
const STREAM = /"stream": ?true/;
/** Some routers turn the old name into the new one. */
const MAX_TOKENS = /"max_(?:completion_)?tokens": ?(\d+)/;

/** What all connections of the backend answer with. */
export class Answers {
  readonly pacer: Pacer;
  readonly #chat = chatAnswer();
  readonly #embeddings = embeddingsAnswer();
  readonly #messages = messagesAnswer();
  readonly #responses = responsesAnswer();
  readonly #models: Buffer;

  constructor(pacer: Pacer, names: number) {
    this.pacer = pacer;
    this.#models = modelsAnswer(names);
  }

  to(path: string): Buffer {
    if (path.endsWith("/chat/completions")) return this.#chat;
    if (path.endsWith("/embeddings")) return this.#embeddings;
    if (path.endsWith("/messages")) return this.#messages;
    if (path.endsWith("/responses")) return this.#responses;
    return path.endsWith("/models") ? this.#models : HEALTHY;
  }
}

/** Answers one request after the other at once, whatever it says: nothing of it is parsed but its flag and its frame. */
export function serve(socket: Socket, answers: Answers): void {
  let path = "";
  let body = "";
  let kept = 0;
  const reader = new MessageReader({
    head: (text) => {
      path = text.slice(text.indexOf(" ") + 1, text.indexOf(" HTTP/"));
      body = "";
      kept = 0;
    },
    body: (bytes) => {
      if (kept < KEPT) body += bytes.toString("latin1", 0, KEPT - kept);
      kept += bytes.length;
    },
    end: () => {
      if (kept <= KEPT && STREAM.test(body)) {
        const tokens = Number(MAX_TOKENS.exec(body)?.[1] ?? "16");
        void new EventStream(socket, answers.pacer, tokens);
      } else socket.write(answers.to(path));
    },
  });
  socket.setNoDelay(true);
  socket.on("data", (chunk) => reader.push(chunk));
  socket.on("error", () => socket.destroy());
}
