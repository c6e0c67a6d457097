import type { Call, Outcome, Reading } from "./call.ts";
import type { Schema } from "./schemas.ts";

/** A route of the admin API: how it is checked, described and decided. */
export interface AdminRoute {
  readonly method: "GET" | "POST" | "PATCH";
  /** In Hono's words: `/key/:key/regenerate`. */
  readonly path: string;
  readonly summary: string;
  /** JSON schema of the body; none: it has none. */
  readonly body?: Schema;
  /** JSON schemas of the parameters of the query. */
  readonly query?: Readonly<Record<string, Schema>>;
  /** Keys that call models may ask it about themselves; elsewhere they find nothing. */
  readonly isOwnInfo?: true;
  /** At once, unless it only reads: between a decision and its place in the queue nothing else may be decided. */
  readonly decide: (call: Call) => Outcome | Promise<Reading>;
}
