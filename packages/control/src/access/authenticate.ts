import { ExpectedKeys, sentKey, type KeyHeaders, type Settings } from "@rollcall/runtime";
import type { KeyRow } from "@rollcall/store";
import type { Refusal } from "../api/refusal.ts";
import type { Directory } from "../directory/directory.ts";
import { digestsOf } from "../objects/secrets.ts";
import { callerOf, MASTER, type Caller } from "./caller.ts";
import { pepperOf } from "./pepper.ts";

export interface Credentials {
  readonly headers: KeyHeaders;
  readonly settings: Settings;
  readonly directory: Directory;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Who asks, by the credential that was sent. What is wrong with it is said without repeating any of it. */
export function authenticate({ headers, settings, directory, now }: Credentials): Caller | Refusal {
  const { config, secrets } = settings;
  const secret = sentKey(headers, config.keyHeader);
  if (secret === null) return unauthorized("No api key passed in.", "auth_error");
  if (new ExpectedKeys(secrets.valuesOf(config.masterKeys)).matches(secret)) return MASTER;
  const key = keyOf(secret, { settings, directory, now });
  if (key === null) return unauthorized("Invalid API key provided.", "token_not_found_in_db");
  const team = key.team === null ? null : directory.team(key.team);
  const user = key.user === null ? null : directory.user(key.user);
  if (key.blocked || team?.blocked === true || user?.blocked === true)
    return unauthorized("Key is blocked.", "auth_error");
  if (key.expiresAt !== null && key.expiresAt <= now) return unauthorized("Key has expired.", "expired_key");
  return callerOf(key, user);
}

/** The key of a secret; null also where it is an old secret whose grace has ended. */
function keyOf(secret: string, { settings, directory, now }: Omit<Credentials, "headers">): KeyRow | null {
  for (const digest of digestsOf(secret, { pepper: pepperOf(settings) })) {
    const key = directory.keyByDigest(digest);
    const hash = key?.hashes.find((one) => one.digest === digest);
    if (key !== null && hash !== undefined && (hash.until === null || hash.until > now)) return key;
  }
  return null;
}

function unauthorized(message: string, type: string): Refusal {
  return { status: 401, message: `Authentication Error, ${message}`, type, param: "key" };
}
