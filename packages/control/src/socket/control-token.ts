import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Cell, ControlFiles, Settings } from "@rollcall/runtime";
import { ExpectedKeys, sentKey, type KeyHeaders } from "@rollcall/runtime";

/** What gateways show for the key set and the ledger. Master keys and virtual keys never open these. */
export class ControlToken {
  readonly #settings: Cell<Settings>;
  readonly #random: string;

  constructor(settings: Cell<Settings>) {
    this.#settings = settings;
    this.#random = randomBytes(32).toString("base64url");
  }

  /** Leaves the random one, which is new at each start, where gateways of this host look for it. */
  write({ directory, token }: ControlFiles): void {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const fresh = `${token}.new`;
    // A file that was left there would keep its mode.
    rmSync(fresh, { force: true });
    writeFileSync(fresh, `${this.#random}\n`, { mode: 0o600, flag: "wx" });
    renameSync(fresh, token);
  }

  /** Null allows; a text says why not. */
  refusal(headers: KeyHeaders): string | null {
    const sent = sentKey({ authorization: headers["authorization"] });
    return sent !== null && new ExpectedKeys(this.#valid()).matches(sent)
      ? null
      : "the control token is needed as a Bearer token";
  }

  /** The config's, or the random one where it names none. One that it names and that is missing opens nothing. */
  #valid(): readonly string[] {
    const { config, secrets } = this.#settings.get();
    const { token } = config.control;
    if (token === null) return [this.#random];
    const value = secrets.value(token);
    return value === null ? [] : [value];
  }
}
