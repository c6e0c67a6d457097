import type { Row } from "@rollcall/store";

const EMPTY: Readonly<Record<string, never>> = Object.freeze({});
const NONE: readonly never[] = Object.freeze([]);

/** The same row with what is empty shared among all rows: a hundred thousand keys have little else. */
export function compacted(row: Row): Row {
  const limits = { ...row.limits, models: empty(row.limits.models) };
  const models = row.models.length === 0 ? NONE : row.models;
  if (row.kind === "member") return { ...row, limits, models };
  const notes = { metadata: empty(row.metadata), tags: row.tags.length === 0 ? NONE : row.tags };
  if (row.kind === "user") return { ...row, ...notes, limits, models };
  const aliases = empty(row.aliases);
  if (row.kind === "team") return { ...row, ...notes, limits, models, aliases };
  return { ...row, ...notes, limits, models, aliases, routes: row.routes.length === 0 ? NONE : row.routes };
}

function empty<Entry>(map: Readonly<Record<string, Entry>>): Readonly<Record<string, Entry>> {
  for (const _ in map) return map;
  return EMPTY;
}
