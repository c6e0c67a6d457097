import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Cell } from "@rollcall/runtime";
import type { View } from "../view.ts";

/** The master key as bytes, made anew only when the secrets are. */
export class ExpectedKey {
  readonly #view: Cell<View>;
  #secrets: View["secrets"] | null = null;
  #key: Buffer | null = null;
  /** As long as the key: what is sent is written here, cut off or filled up with zeros. */
  #sent = Buffer.alloc(0);

  constructor(view: Cell<View>) {
    this.#view = view;
  }

  /** What is wrong with the key that was sent, or null. Without a master key everybody is let through. */
  judge(headers: IncomingHttpHeaders): "no_key" | "wrong_key" | null {
    const key = this.#current();
    if (key === null) return null;
    const sent = sentKey(headers);
    if (sent === null) return "no_key";
    return this.#matches(sent, key) ? null : "wrong_key";
  }

  /** Takes as long for any text of one length, so that no answer's time tells how much of it was right. */
  #matches(sent: string, key: Buffer): boolean {
    this.#sent.fill(0);
    this.#sent.write(sent, "latin1");
    return timingSafeEqual(this.#sent, key) && sent.length === key.length;
  }

  #current(): Buffer | null {
    const { config, secrets } = this.#view.get();
    if (secrets !== this.#secrets) {
      const key = secrets.value(config.masterKey);
      this.#key = key === null ? null : Buffer.from(key, "latin1");
      this.#sent = Buffer.alloc(this.#key?.length ?? 0);
      this.#secrets = secrets;
    }
    return this.#key;
  }
}

/** `Authorization: Bearer …` as OpenAI's clients send it, or `x-api-key` as Anthropic's do. */
function sentKey(headers: IncomingHttpHeaders): string | null {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const match = /^Bearer +(\S+)\s*$/i.exec(authorization);
    if (match?.[1] !== undefined) return match[1];
  }
  const other = headers["x-api-key"];
  return typeof other === "string" && other !== "" ? other : null;
}
