import { timingSafeEqual } from "node:crypto";

/** Headers as Node and Hono give them. */
export interface KeyHeaders {
  readonly authorization?: string | undefined;
  readonly "x-api-key"?: string | readonly string[] | undefined;
  readonly "api-key"?: string | readonly string[] | undefined;
}

/** `Authorization: Bearer …` as OpenAI's clients send it, `x-api-key` as Anthropic's do, `api-key` as Azure's; null without a key. */
export function sentKey(headers: KeyHeaders): string | null {
  const bearer = /^Bearer +([\x21-\x7e]+)[ \t]*$/i.exec(headers.authorization ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  for (const other of [headers["x-api-key"], headers["api-key"]])
    if (typeof other === "string" && other !== "") return other;
  return null;
}

/** Keys of which any is taken. Made once for all of them, not once a request. */
export class ExpectedKeys {
  readonly #keys: readonly ExpectedKey[];

  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => new ExpectedKey(key));
  }

  /** Is it one of them? Each is compared, so that the time says nothing of which. */
  matches(sent: string): boolean {
    let found = false;
    for (const key of this.#keys) found = key.matches(sent) || found;
    return found;
  }
}

class ExpectedKey {
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
