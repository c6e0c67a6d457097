import type { IncomingHttpHeaders } from "node:http";
import { ANONYMOUS, MASTER, type Principal } from "@rollcall/contract";
import { ExpectedKey, isMalformed, sentKey, type Cell } from "@rollcall/runtime";
import type { RoutingState } from "../routing-state.ts";
import type { AuthenticationError, Authenticator } from "./authenticate.ts";

/** One key for all: who has it may do everything. */
export class MasterKeyAuthenticator implements Authenticator {
  readonly #state: Cell<RoutingState>;
  #secrets: RoutingState["secrets"] | null = null;
  #expected: ExpectedKey | null = null;

  constructor(state: Cell<RoutingState>) {
    this.#state = state;
  }

  /** Without a master key everybody is anonymous: the start allows that on loopback only, unless told otherwise. */
  authenticate(headers: IncomingHttpHeaders): Principal | AuthenticationError {
    const expected = this.#current();
    if (expected === null) return ANONYMOUS;
    const sent = sentKey(headers, this.#state.get().config.keyHeader);
    if (sent === null) return isMalformed(headers) ? "key_malformed" : "no_key";
    return expected.matches(sent) ? MASTER : "wrong_key";
  }

  /** Made anew only when the secrets are. */
  #current(): ExpectedKey | null {
    const { config, secrets } = this.#state.get();
    if (secrets !== this.#secrets) {
      const key = secrets.value(config.masterKey);
      this.#expected = key === null ? null : new ExpectedKey(key);
      this.#secrets = secrets;
    }
    return this.#expected;
  }
}
