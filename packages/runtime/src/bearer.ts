import { timingSafeEqual } from "node:crypto";

/** Headers as Node and Hono give them. */
export type KeyHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Goes before `authorization`: clients send it where that carries a credential of somebody else's. */
const LITELLM = "x-litellm-api-key";

/** Anthropic's clients, Azure's, Google's, those behind Azure's API management. */
const OTHERS = ["x-api-key", "api-key", "x-goog-api-key", "ocp-apim-subscription-key"] as const;

/** All headers that may bring a key, beside one that the config names. In the order in which they count. */
export const KEY_HEADERS: readonly string[] = [LITELLM, "authorization", ...OTHERS];

/** Visible ASCII: what else looks like a space is part of no key. */
const BEARER = /^Bearer +([\x21-\x7e]+)[ \t]*$/i;

/**
 * The key that was sent, or null. The first header that has one counts: `ownHeader` (in lower case), `x-litellm-api-key`,
 * `Authorization: Bearer`, then the others. All but `authorization` may say `Bearer` or leave it out.
 */
export function sentKey(headers: KeyHeaders, ownHeader: string | null = null): string | null {
  const first = (ownHeader === null ? null : keyIn(headers[ownHeader])) ?? keyIn(headers[LITELLM]);
  if (first !== null) return first;
  const bearer = BEARER.exec(textOf(headers["authorization"]))?.[1];
  if (bearer !== undefined) return bearer;
  for (const name of OTHERS) {
    const key = keyIn(headers[name]);
    if (key !== null) return key;
  }
  return null;
}

/** Was `authorization` sent in another form than `Bearer <key>`? */
export function isMalformed(headers: KeyHeaders): boolean {
  const sent = textOf(headers["authorization"]);
  return sent !== "" && !BEARER.test(sent);
}

function keyIn(value: KeyHeaders[string]): string | null {
  const text = textOf(value);
  return text === "" ? null : (BEARER.exec(text)?.[1] ?? text);
}

/** What is sent twice is no key. */
function textOf(value: KeyHeaders[string]): string {
  return typeof value === "string" ? value : "";
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
