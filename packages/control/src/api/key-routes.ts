import { blockKey, deleteKeys, regenerateKey, updateKey } from "../objects/change-key.ts";
import { NEW_KEY_FIELDS, REGENERATE_FIELDS, UPDATE_KEY_FIELDS } from "../objects/key-fields.ts";
import { keyInfo, listAliases, listKeys } from "../objects/look-at-keys.ts";
import { generateKey, generateServiceAccount } from "../objects/make-key.ts";
import type { AdminRoute } from "./route.ts";
import { KEY_NAME, KEY_NAMES, NAME, objectOf, ORDER, PAGE, PAGE_SIZE, SWITCH } from "./schemas.ts";

const LIST_QUERY = {
  page: PAGE,
  size: PAGE_SIZE,
  user_id: NAME,
  team_id: NAME,
  key_hash: KEY_NAME,
  key_alias: NAME,
  search: NAME,
  status: { enum: ["active", "expired", "revoked", "deleted"] },
  sort_by: { enum: ["created_at", "updated_at", "expires", "key_alias", "user_id", "team_id"] },
  sort_order: ORDER,
  return_full_object: SWITCH,
  include_team_keys: SWITCH,
  substring_matching: SWITCH,
} as const;

export const KEY_ROUTES: readonly AdminRoute[] = [
  {
    method: "POST",
    path: "/key/generate",
    summary: "Make a key. The secret is in this answer and nowhere else.",
    body: objectOf(NEW_KEY_FIELDS),
    decide: generateKey,
  },
  {
    method: "POST",
    path: "/key/service-account/generate",
    summary: "Make a key of a team that belongs to no user.",
    body: objectOf(NEW_KEY_FIELDS),
    decide: generateServiceAccount,
  },
  {
    method: "POST",
    path: "/key/update",
    summary: "Change a key. What is left out stays; null clears.",
    body: objectOf(UPDATE_KEY_FIELDS),
    decide: updateKey,
  },
  {
    method: "POST",
    path: "/key/delete",
    summary: "Delete keys, at once and for good.",
    body: objectOf({ keys: KEY_NAMES, key_aliases: KEY_NAMES }),
    decide: deleteKeys,
  },
  {
    method: "GET",
    path: "/key/info",
    summary: "What is known of a key; without one, of the caller's own.",
    query: { key: KEY_NAME },
    isOwnInfo: true,
    decide: keyInfo,
  },
  {
    method: "POST",
    path: "/key/info",
    summary: "The same, with the key in the body.",
    body: objectOf({ key: { ...KEY_NAME, type: ["string", "null"] } }),
    isOwnInfo: true,
    decide: keyInfo,
  },
  {
    method: "GET",
    path: "/key/list",
    summary: "Keys that the caller may see.",
    query: LIST_QUERY,
    decide: listKeys,
  },
  {
    method: "GET",
    path: "/key/aliases",
    summary: "Aliases of the keys that the caller may see.",
    query: { page: PAGE, size: PAGE_SIZE, search: NAME, team_id: NAME, user_id: NAME },
    decide: listAliases,
  },
  ...[true, false].map((blocked): AdminRoute => ({
    method: "POST",
    path: blocked ? "/key/block" : "/key/unblock",
    summary: blocked ? "Refuse a key until it is unblocked." : "Take a blocked key again.",
    body: objectOf({ key: KEY_NAME }, ["key"]),
    decide: (call) => blockKey(call, blocked),
  })),
  ...["/key/regenerate", "/key/:key/regenerate"].map((path): AdminRoute => ({
    method: "POST",
    path,
    summary: "Another secret for the same key; the old one holds for the grace period.",
    body: objectOf(REGENERATE_FIELDS),
    decide: regenerateKey,
  })),
];
