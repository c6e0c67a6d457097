import { sql } from "kysely";

/** Does the column hold that part, whatever the case? Wildcards of the language are letters in it. */
export function holds(column: "alias" | "email", part: string) {
  const pattern = `%${part.toLowerCase().replaceAll(/[%_\\]/g, String.raw`\$&`)}%`;
  return sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
}
