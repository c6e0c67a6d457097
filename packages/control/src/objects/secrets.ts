import type { KeyHash } from "@rollcall/contract";
import { hmacOf, sha256Of } from "@rollcall/runtime";

/** Random bytes of a key that control makes. */
const SECRET_BYTES = 32;
const ID_BYTES = 16;

/** What is drawn by lot; handed in, so that tests own it. */
export interface Lots {
  readonly bytes: (count: number) => Uint8Array;
}

export function makeSecret({ bytes }: Lots): string {
  return `sk-${Buffer.from(bytes(SECRET_BYTES)).toString("base64url")}`;
}

/** Of keys; no part of it can be made from the secret. */
export function makeKeyId({ bytes }: Lots): string {
  return `key-${Buffer.from(bytes(ID_BYTES)).toString("base64url")}`;
}

/** Of teams and users: a UUID, as LiteLLM's are. */
export function makeOwnerId({ bytes }: Lots): string {
  const random = Buffer.from(bytes(ID_BYTES));
  random[6] = ((random[6] ?? 0) & 0x0f) | 0x40;
  random[8] = ((random[8] ?? 0) & 0x3f) | 0x80;
  const hex = random.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export interface ChosenKeyRules {
  readonly minLength: number;
  /** Null: there is none. */
  readonly pepper: string | null;
}

/** Below it a key that a person chose can be found out from its digest, unless a pepper was mixed in. */
const LEAST_WITHOUT_PEPPER = 32;
const MOST = 512;

/** Why a key that a person chose is not taken; null where it is. The key is not repeated. */
export function faultOfChosenKey(secret: string, { minLength, pepper }: ChosenKeyRules): string | null {
  if (!/^sk-[\x21-\x7e]+$/.test(secret)) return "a key begins with sk- and has no spaces";
  const least = pepper === null ? Math.max(minLength, LEAST_WITHOUT_PEPPER) : minLength;
  if (secret.length < least)
    return `a key needs at least ${least} characters, by rollcall.keys.${pepper === null && minLength < least ? "pepper, which is not set" : "min_length"}`;
  return secret.length > MOST ? `a key has at most ${MOST} characters` : null;
}

/** What is kept of a secret: of a random one its SHA-256, of one that a person chose more than that. */
export function hashOf(secret: string, { pepper }: Pick<ChosenKeyRules, "pepper">): KeyHash {
  return pepper === null
    ? { method: "sha256", digest: sha256Of(secret), until: null }
    : { method: "hmac", digest: hmacOf(secret, pepper), until: null };
}

/** All digests under which a secret may be known. */
export function digestsOf(secret: string, { pepper }: Pick<ChosenKeyRules, "pepper">): readonly string[] {
  const digest = sha256Of(secret);
  return pepper === null ? [digest] : [digest, hmacOf(secret, pepper)];
}
