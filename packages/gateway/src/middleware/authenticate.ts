import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Cell } from "@rollcall/runtime";
import { createMiddleware } from "hono/factory";
import { refusal, type GatewayEnv } from "../call.ts";
import type { View } from "../view.ts";

/** Lets through who sends the master key. Without a master key everybody is let through: the start allows that on loopback only. */
export function authenticate(view: Cell<View>) {
  const expected = new ExpectedKey(view);
  return createMiddleware<GatewayEnv>(async (c, next) => {
    const digest = expected.digest();
    if (digest !== null) {
      const sent = sentKey(c.env.incoming.headers);
      const fault = sent === null ? "no_key" : timingSafeEqual(sha256(sent), digest) ? null : "wrong_key";
      if (fault !== null) return refusal({ kind: fault }, c.get("requestId"));
    }
    await next();
    return undefined;
  });
}

/** The digest of the master key, made anew only when the settings are. Digests have one length, whatever was sent. */
class ExpectedKey {
  readonly #view: Cell<View>;
  #secrets: View["secrets"] | null = null;
  #digest: Buffer | null = null;

  constructor(view: Cell<View>) {
    this.#view = view;
  }

  digest(): Buffer | null {
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

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
