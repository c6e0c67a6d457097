import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { Body } from "./body.ts";
import { isLater, refuseLater } from "./later-fields.ts";
import { badRequest, type Refusal } from "./refusal.ts";
import type { AdminRoute } from "./route.ts";
import { objectOf, type Schema } from "./schemas.ts";

const MAX_METADATA_CHARACTERS = 16 * 1024;

export interface Checked {
  readonly body: Body;
  readonly query: Body;
  /** Fields of the body that mean nothing here. */
  readonly ignored: readonly string[];
}

/** One of each for all routes: making one takes longer than compiling a schema. */
const BODIES = new Ajv({ allowUnionTypes: true, strictRequired: false });
const QUERIES = new Ajv({ allowUnionTypes: true, coerceTypes: true });

/** Holds requests against the schemas of their route, which are compiled with the first of them. */
export class RequestChecker {
  readonly #schemas: { readonly body: Schema; readonly query: Schema };
  readonly #known: ReadonlySet<string>;
  #compiled: { readonly body: ValidateFunction; readonly query: ValidateFunction } | null = null;

  constructor({ body = objectOf({}), query = {} }: Pick<AdminRoute, "body" | "query">) {
    this.#schemas = { body, query: objectOf(query) };
    this.#known = new Set(Object.keys(body["properties"] ?? {}));
  }

  check(body: Body, query: Readonly<Record<string, string>>): Checked | Refusal {
    this.#compiled ??= {
      body: BODIES.compile(this.#schemas.body),
      query: QUERIES.compile(this.#schemas.query),
    };
    const validate = this.#compiled;
    const read: Record<string, unknown> = { ...query };
    if (!validate.query(read)) return describe(validate.query.errors?.[0]);
    const later = refuseLater(body);
    if (later !== null) return later;
    if (!validate.body(body)) return describe(validate.body.errors?.[0]);
    const metadata = body["metadata"] ?? null;
    if (metadata !== null && JSON.stringify(metadata).length > MAX_METADATA_CHARACTERS)
      return badRequest("metadata is longer than 16 KiB", "metadata");
    const ignored = Object.keys(body).filter((field) => !this.#known.has(field) && !isLater(field));
    return { body, query: read, ignored };
  }
}

/** What was sent is not repeated: it may be a key. */
function describe(error: ErrorObject | undefined): Refusal {
  const missing = error?.params["missingProperty"] as string | undefined;
  const place = error?.instancePath.slice(1).replaceAll("/", ".") ?? "";
  if (missing !== undefined) {
    const field = place === "" ? missing : `${place}.${missing}`;
    return badRequest(`${field} is required`, field);
  }
  const allowed = error?.params["allowedValues"] as readonly unknown[] | undefined;
  const words = allowed === undefined ? error?.message : `must be one of ${allowed.map(String).join(", ")}`;
  return badRequest(
    `${place === "" ? "the body" : place} ${words ?? "is not valid"}`,
    place === "" ? null : place,
  );
}
