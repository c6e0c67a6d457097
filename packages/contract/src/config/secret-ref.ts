/** Where a secret is to be read: a shape, not a value (but for one written straight into the config). */
export type SecretRef =
  | { readonly from: "none" }
  | { readonly from: "literal"; readonly value: string }
  | { readonly from: "env"; readonly name: string }
  | { readonly from: "file"; readonly path: string }
  /** A certificate or its key: lines, where the others are one. */
  | { readonly from: "pem"; readonly path: string };

export const NO_SECRET: SecretRef = { from: "none" };

const ENV_PREFIX = "os.environ/";
const FILE_PREFIX = "file/";

/**
 * Where systemd puts what a unit's `LoadCredential=` names (systemd.exec(5)): `file/$CREDENTIALS_DIRECTORY/NAME` and the
 * same in paths of certificates.
 */
export const CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY";

/** `os.environ/NAME` (LiteLLM's form) → env, `file/PATH` → file (`file//run/k` is absolute), else the value itself. */
export function parseSecretRef(written: string | undefined): SecretRef {
  if (written === undefined || written === "") return NO_SECRET;
  if (written.startsWith(ENV_PREFIX)) return { from: "env", name: written.slice(ENV_PREFIX.length) };
  if (written.startsWith(FILE_PREFIX)) return { from: "file", path: written.slice(FILE_PREFIX.length) };
  return { from: "literal", value: written };
}

/** Can clients send it as a key? Others read a space as its end, and what is not ASCII in another encoding. */
export function isSendable(key: string): boolean {
  return /^[\x21-\x7e]+$/.test(key);
}

export const NOT_SENDABLE = "cannot be sent in a header: use printable ASCII characters without spaces";

/** The NAME of `os.environ/NAME`, or null where the text is none. */
export function envNameOf(text: string): string | null {
  return text.startsWith(ENV_PREFIX) ? text.slice(ENV_PREFIX.length) : null;
}

/** Names the reference for fingerprints and messages. A literal is named by its kind alone, never by its value. */
export function describeSecretRef(ref: SecretRef): string {
  if (ref.from === "env") return `environment variable ${ref.name}`;
  if (ref.from === "file") return `file ${ref.path}`;
  if (ref.from === "pem") return `PEM file ${ref.path}`;
  return ref.from === "literal" ? "written in the config" : "none";
}
