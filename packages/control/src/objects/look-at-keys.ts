import type { KeyQuery, KeySort } from "@rollcall/store";
import { textIn, type Body } from "../api/body.ts";
import type { Call, Outcome, Reading } from "../api/call.ts";
import { badRequest, isRefusal, notFound, type Refusal } from "../api/refusal.ts";
import { permittedKey, resolveKey } from "./find-key.ts";
import { printKey } from "./print.ts";

const PAGE_SIZE = 10;

/** GET /key/info, and POST for those who want no key in a URL. */
export function keyInfo(call: Call): Outcome | Promise<Reading> {
  const { body, caller, now, query } = call;
  const name = textIn(query, "key") ?? textIn(body, "key");
  if (name === null && caller.key === null) return badRequest("key is required", "key");
  const row = name === null ? caller.key : resolveKey(name, call);
  if (row === null && name !== null) return deletedKeyInfo(name, call);
  const found = permittedKey(row, "read", call);
  if (isRefusal(found)) return notInDatabase(found);
  return { answer: { key: name ?? found.row.id, info: printKey(found.row, now) } };
}

/** From the archive, by its id: its secret opens and names nothing any more. */
async function deletedKeyInfo(id: string, call: Call): Promise<Reading> {
  const archived = { ...keyQuery({ ...call, query: {} }), id, status: "deleted" as const, size: 1 };
  const { items } = await call.world.store.listKeys(archived);
  const found = permittedKey(items[0] ?? null, "read", call);
  if (isRefusal(found)) return notInDatabase(found);
  return { answer: { key: id, info: { ...printKey(found.row, call.now), status: "deleted" } } };
}

function notInDatabase(refusal: Refusal): Refusal {
  return refusal.status === 404 ? notFound("Key not found in database", "key") : refusal;
}

/** GET /key/list. */
export async function listKeys(call: Call): Promise<Reading> {
  const { now, query, world } = call;
  const asked = keyQuery(call);
  const { items, total } = await world.store.listKeys(asked);
  return {
    answer: {
      keys:
        query["return_full_object"] === true
          ? items.map((row) => printKey(row, now))
          : items.map(({ id }) => id),
      total_count: total,
      current_page: asked.page,
      total_pages: Math.ceil(total / asked.size),
    },
  };
}

/** GET /key/aliases. */
export async function listAliases(call: Call): Promise<Reading> {
  const asked = { ...keyQuery(call), sort: "key_alias" as const, descending: false, named: true };
  const { items, total } = await call.world.store.listKeys(asked);
  return {
    answer: {
      aliases: items.flatMap(({ alias }) => alias ?? []),
      total_count: total,
      current_page: asked.page,
      total_pages: Math.ceil(total / asked.size),
      size: asked.size,
    },
  };
}

function keyQuery(call: Call): KeyQuery {
  const { now, query } = call;
  const hash = textIn(query, "key_hash");
  const alias = textIn(query, "key_alias");
  const isPart = query["substring_matching"] === true;
  return {
    page: numberIn(query, "page", 1),
    size: numberIn(query, "size", PAGE_SIZE),
    sort: (textIn(query, "sort_by") ?? "created_at") as KeySort,
    descending: textIn(query, "sort_order") !== "asc",
    seenBy: seenBy(call),
    user: textIn(query, "user_id"),
    team: textIn(query, "team_id"),
    // One that there is not finds nothing.
    id: hash === null ? null : (resolveKey(hash, call)?.id ?? hash),
    alias: isPart ? null : alias,
    search: textIn(query, "search") ?? (isPart ? alias : null),
    status: textIn(query, "status") as KeyQuery["status"],
    named: false,
    now,
  };
}

export function numberIn(query: Body, name: string, otherwise: number): number {
  const value = query[name];
  return typeof value === "number" ? value : otherwise;
}

/** What the caller may see: all, or his own and, where he asks for them, those of the teams that he is an admin of. */
function seenBy({ caller, query, world }: Call): KeyQuery["seenBy"] {
  const { key, role, user } = caller;
  if (role === "proxy_admin" || role === "proxy_admin_viewer") return null;
  if (user === null) return { user: null, teams: [], key: key?.id ?? null };
  const withTeams = query["include_team_keys"] === true || textIn(query, "team_id") !== null;
  const memberships = withTeams && role === "internal_user" ? world.directory.membershipsOf(user.id) : [];
  const teams = memberships.filter((member) => member.role === "admin").map(({ team }) => team);
  return { user: user.id, teams, key: key?.id ?? null };
}
