import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A model server that counts how many chats it has at once. */
export class CappedBackend {
  readonly #server: Server;
  readonly #answerMs: number;
  #now = 0;
  /** The most at once since the start. */
  most = 0;
  answered = 0;

  private constructor(answerMs: number) {
    this.#answerMs = answerMs;
    this.#server = createServer((incoming, outgoing) => {
      let body = "";
      incoming.on("data", (piece: Buffer) => (body += piece.toString()));
      incoming.on("end", () => {
        const reply = (json: object) =>
          outgoing.setHeader("content-type", "application/json").end(JSON.stringify(json));
        if (incoming.method === "GET")
          reply({ object: "list", data: [{ id: "capped", object: "model", owned_by: "vllm" }] });
        else if (body.includes('"messages"')) this.#chat(reply);
        else outgoing.writeHead(400).end();
      });
    });
  }

  static async open(answerMs: number): Promise<CappedBackend> {
    const backend = new CappedBackend(answerMs);
    backend.#server.listen(0, "127.0.0.1");
    await once(backend.#server, "listening");
    return backend;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #chat(reply: (json: object) => void): void {
    this.#now += 1;
    this.most = Math.max(this.most, this.#now);
    setTimeout(() => {
      this.#now -= 1;
      this.answered += 1;
      const message = { role: "assistant", content: "Yes." };
      reply({
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1,
        model: "capped",
        choices: [{ index: 0, message, finish_reason: "stop" }],
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      });
    }, this.#answerMs);
  }
}
