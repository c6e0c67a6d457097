import type { KeyRow } from "@rollcall/store";
import { may, relationToKey, type Action, type Relation } from "../access/permissions.ts";
import type { Call } from "../api/call.ts";
import { forbidden, notFound, type Refusal } from "../api/refusal.ts";
import { digestsOf } from "./secrets.ts";

export interface FoundKey {
  readonly row: KeyRow;
  readonly relation: Relation;
}

/** The key that somebody names by itself, by its id, or by its SHA-256 in hex, as scripts for LiteLLM do. */
export function resolveKey(name: string, { world }: Pick<Call, "world">): KeyRow | null {
  const { chosenKeys, directory } = world;
  if (name.startsWith("sk-")) {
    for (const digest of digestsOf(name, chosenKeys)) {
      const row = directory.keyByDigest(digest);
      if (row !== null) return row;
    }
    return null;
  }
  if (/^[0-9a-f]{64}$/i.test(name))
    return directory.keyByDigest(Buffer.from(name, "hex").toString("base64url"));
  return directory.key(name);
}

/** A key that the caller may do this to. Who may not know of it hears the same as for one that there is not. */
export function permittedKey(row: KeyRow | null, action: Action, call: Call): FoundKey | Refusal {
  if (row === null) return notFound("Key not found", "key");
  const relation = relationToKey(call.caller, row, call.world.directory);
  if (!may(relation, "read", "key")) return notFound("Key not found", "key");
  return may(relation, action, "key")
    ? { row, relation }
    : forbidden(`this key may not ${action} that key`, "key");
}
