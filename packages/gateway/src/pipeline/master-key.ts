import type { IncomingHttpHeaders } from "node:http";
import { ANONYMOUS, MASTER, type Principal } from "@rollcall/contract";
import { ExpectedKeys, isMalformed, sentKey, type Cell } from "@rollcall/runtime";
import type { RoutingState } from "../routing-state.ts";
import type { AuthenticationError, Authenticator } from "./authenticate.ts";

/** One key for all, or a few while it is replaced: who has one may do everything. */
export class MasterKeyAuthenticator implements Authenticator {
  readonly #state: Cell<RoutingState>;
  #secrets: RoutingState["secrets"] | null = null;
  #expected: ExpectedKeys | null = null;

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
  #current(): ExpectedKeys | null {
    const { config, secrets } = this.#state.get();
    if (secrets !== this.#secrets) {
      const keys = secrets.valuesOf(config.masterKeys);
      this.#expected = keys.length === 0 ? null : new ExpectedKeys(keys);
      this.#secrets = secrets;
    }
    return this.#expected;
  }
}
