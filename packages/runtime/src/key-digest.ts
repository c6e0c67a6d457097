import { createHmac, hash } from "node:crypto";

/** By which a random key is found: base64url of its SHA-256, as records have it. */
export function sha256Of(secret: string): string {
  return hash("sha256", secret, "base64url");
}

/** By which a key that a person chose is found: the pepper keeps it from being guessed from a stolen database. */
export function hmacOf(secret: string, pepper: string): string {
  return createHmac("sha256", pepper).update(secret).digest("base64url");
}
