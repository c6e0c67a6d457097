import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { ANONYMOUS, MASTER, type Principal } from "@rollcall/contract";
import type { Cell } from "@rollcall/runtime";
import type { AuthenticationError, Authenticator } from "../pipeline/authenticate.ts";
import type { RoutingState } from "../routing-state.ts";

/** One key for all: who has it may do everything. The key's bytes are made anew only when the secrets are. */
export class MasterKeyAuthenticator implements Authenticator {
  readonly #state: Cell<RoutingState>;
  #secrets: RoutingState["secrets"] | null = null;
  #key: Buffer | null = null;
  /** As long as the key: what is sent is written here, cut off or filled up with zeros. */
  #sent = Buffer.alloc(0);

  constructor(state: Cell<RoutingState>) {
    this.#state = state;
  }

  /** Without a master key everybody is anonymous: the start allows that on loopback only. */
  authenticate(headers: IncomingHttpHeaders): Principal | AuthenticationError {
    const key = this.#current();
    if (key === null) return ANONYMOUS;
    const sent = sentKey(headers);
    if (sent === null) return "no_key";
    return this.#matches(sent, key) ? MASTER : "wrong_key";
  }

  /** Constant time for equal lengths, so timing reveals nothing about a partial match. */
  #matches(sent: string, key: Buffer): boolean {
    this.#sent.fill(0);
    this.#sent.write(sent, "latin1");
    return timingSafeEqual(this.#sent, key) && sent.length === key.length;
  }

  #current(): Buffer | null {
    const { config, secrets } = this.#state.get();
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
