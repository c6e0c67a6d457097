export interface OpenStreamOptions {
  readonly model: string;
  readonly key?: string;
  /** Other fields of the request. */
  readonly [field: string]: unknown;
}

/** A stream of chat as a client reads it, event by event. */
export class OpenStream {
  /** Events with something in them, and when each came. */
  readonly contentAt: number[] = [];
  endedAt = 0;
  text = "";
  readonly ended: Promise<void>;

  constructor(gateway: string, { key = "sk-test", ...body }: OpenStreamOptions) {
    this.ended = this.#read(gateway, body, key).catch((fault: unknown) => {
      this.text += `broken: ${String(fault)}`;
      this.endedAt = Date.now();
    });
  }

  get hasBegun(): boolean {
    return this.contentAt.length > 0;
  }

  /** With its finish reason and its end. */
  get isWhole(): boolean {
    return (
      this.hasBegun &&
      /"finish_reason":"(stop|length)"/.test(this.text) &&
      this.text.endsWith("data: [DONE]\n\n")
    );
  }

  /** Ended by an error event that says that it was cut. */
  get isTold(): boolean {
    return /"code":"upstream_(cut|aborted)"/.test(this.text) && !this.text.includes("[DONE]");
  }

  async #read(gateway: string, body: object, key: string): Promise<void> {
    const response = await fetch(`${gateway}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "hello" }], stream: true, ...body }),
    });
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) {
      const text = decoder.decode(piece, { stream: true });
      if (/"content":"[^"]/.test(text)) this.contentAt.push(Date.now());
      this.text += text;
    }
    this.endedAt = Date.now();
  }
}
