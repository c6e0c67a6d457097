import type { IncomingHttpHeaders } from "node:http";
import type { Principal } from "@rollcall/contract";
import { hmacOf, isMalformed, sentKey, sha256Of, type Cell } from "@rollcall/runtime";
import type { AuthenticationError, Authenticator } from "../pipeline/authenticate.ts";
import type { RoutingState } from "../routing-state.ts";
import type { Grant } from "./grant.ts";
import type { KeyFeed } from "./key-feed.ts";

export interface KeyAuthenticatorDeps {
  readonly state: Cell<RoutingState>;
  readonly master: Authenticator;
  readonly feed: Pick<KeyFeed, "freshness" | "keys">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The master key as ever; any other one by its digest among the virtual keys. */
export class KeyAuthenticator implements Authenticator {
  readonly #deps: KeyAuthenticatorDeps;

  constructor(deps: KeyAuthenticatorDeps) {
    this.#deps = deps;
  }

  authenticate(headers: IncomingHttpHeaders): Principal | AuthenticationError {
    const { master, state } = this.#deps;
    const known = master.authenticate(headers);
    if (known === "wrong_key") return this.#find(sentKey(headers, state.get().config.keyHeader) ?? "");
    if (typeof known === "string" || known.kind !== "anonymous") return known;
    // Without a master key too: who has keys wants them to be asked for.
    const sent = sentKey(headers, state.get().config.keyHeader);
    if (sent === null) return isMalformed(headers) ? "key_malformed" : "no_key";
    return this.#find(sent);
  }

  #find(sent: string): Grant | AuthenticationError {
    const { feed, now } = this.#deps;
    const { keys } = feed;
    if (keys === null) return "keys_unavailable";
    const digest = sha256Of(sent);
    const grant = keys.find(digest);
    const found = grant === undefined ? this.#findPeppered(sent) : { grant, digest };
    if (feed.freshness() === "expired") return "keys_unavailable";
    if (found === null) return "unknown_key";
    return found.grant.refusal(now(), found.digest) ?? found.grant;
  }

  #findPeppered(sent: string): { readonly grant: Grant; readonly digest: string } | null {
    const { feed, state } = this.#deps;
    const { config, secrets } = state.get();
    const { pepper } = config.keys;
    const secret = pepper === null ? null : secrets.value(pepper);
    if (secret === null) return null;
    const digest = hmacOf(sent, secret);
    const grant = feed.keys?.find(digest);
    return grant === undefined ? null : { grant, digest };
  }
}
