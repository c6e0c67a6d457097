import { timingSafeEqual } from "node:crypto";

/** Headers as Node and Hono give them. */
export interface KeyHeaders {
  readonly authorization?: string | undefined;
  readonly "x-api-key"?: string | readonly string[] | undefined;
  readonly "api-key"?: string | readonly string[] | undefined;
}

/** `Authorization: Bearer …` as OpenAI's clients send it, `x-api-key` as Anthropic's do, `api-key` as Azure's; null without a key. */
export function sentKey(headers: KeyHeaders): string | null {
  const bearer = /^Bearer +(\S+)\s*$/i.exec(headers.authorization ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  for (const other of [headers["x-api-key"], headers["api-key"]])
    if (typeof other === "string" && other !== "") return other;
  return null;
}

/** One key that is expected. Made once a key, not once a request. */
export class ExpectedKey {
  readonly #key: Buffer;
  /** As long as the key: what is sent is written here, cut off or filled up with zeros. */
  readonly #sent: Buffer;

  constructor(key: string) {
    // Header values are latin1.
    this.#key = Buffer.from(key, "latin1");
    this.#sent = Buffer.alloc(this.#key.length);
  }

  /** Constant time for equal lengths, so timing reveals nothing about a partial match. */
  matches(sent: string): boolean {
    this.#sent.fill(0);
    this.#sent.write(sent, "latin1");
    return timingSafeEqual(this.#sent, this.#key) && sent.length === this.#key.length;
  }
}
