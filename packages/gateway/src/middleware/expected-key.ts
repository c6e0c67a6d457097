import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Cell } from "@rollcall/runtime";
import type { View } from "../view.ts";

/** The master key as its digest, made anew only when the secrets are. Digests have one length, whatever was sent. */
export class ExpectedKey {
  readonly #view: Cell<View>;
  #secrets: View["secrets"] | null = null;
  #digest: Buffer | null = null;

  constructor(view: Cell<View>) {
    this.#view = view;
  }

  /** What is wrong with the key that was sent, or null. Without a master key everybody is let through. */
  judge(headers: IncomingHttpHeaders): "no_key" | "wrong_key" | null {
    const digest = this.#current();
    if (digest === null) return null;
    const sent = sentKey(headers);
    if (sent === null) return "no_key";
    return timingSafeEqual(sha256(sent), digest) ? null : "wrong_key";
  }

  #current(): Buffer | null {
    const { config, secrets } = this.#view.get();
    if (secrets !== this.#secrets) {
      const key = secrets.value(config.masterKey);
      this.#digest = key === null ? null : sha256(key);
      this.#secrets = secrets;
    }
    return this.#digest;
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

/** As text on the way, which costs a fraction of what a hash object does, or a buffer from the native side. */
function sha256(text: string): Buffer {
  return Buffer.from(hash("sha256", text, "binary"), "binary");
}
