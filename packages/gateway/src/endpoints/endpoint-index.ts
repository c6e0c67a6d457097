import type { Endpoint } from "@rollcall/contract";

/** What a path leads to. */
export interface Match {
  readonly endpoint: Endpoint;
  /** The model's name in the path, decoded, where it has one. */
  readonly pathModel: string | null;
  /** The same of an object's id. */
  readonly pathId: string | null;
}

type Variable = "pathModel" | "pathId";

const VARIABLES: ReadonlyMap<string, Variable> = new Map([
  ["{model}", "pathModel"],
  ["{id}", "pathId"],
]);

interface Template {
  readonly before: string;
  readonly after: string;
  readonly variable: Variable;
  readonly endpoint: Endpoint;
}

/** Finds endpoints by the request's target. Almost all are found by one look-up of the target as it came. */
export class EndpointIndex {
  readonly #exact = new Map<string, Match>();
  readonly #templates: readonly Template[];

  constructor(endpoints: readonly Endpoint[]) {
    const paths = endpoints.flatMap((endpoint) => endpoint.paths.map((path) => ({ endpoint, path })));
    for (const { endpoint, path } of paths)
      if (templateOf(endpoint, path) === null)
        this.#exact.set(path, { endpoint, pathModel: null, pathId: null });
    this.#templates = paths
      .map(({ endpoint, path }) => templateOf(endpoint, path))
      .filter((template) => template !== null)
      // Names hold slashes: `/chat/completions` is looked for before `/completions`.
      .toSorted((a, b) => b.after.length - a.after.length);
  }

  /** `target`: as in the request line; a query and a slash at the end mean nothing here. Null: no endpoint's path. */
  find(target: string): Match | null {
    const exact = this.#exact.get(target);
    if (exact !== undefined) return exact;
    const path = pathOf(target);
    if (path === null) return null;
    return this.#exact.get(path) ?? this.#findTemplate(path);
  }

  #findTemplate(path: string): Match | null {
    for (const { before, after, endpoint, variable } of this.#templates) {
      const isLongEnough = path.length > before.length + after.length;
      if (!isLongEnough || !path.startsWith(before) || !path.endsWith(after)) continue;
      const value = decode(path.slice(before.length, path.length - after.length));
      if (value === null || value.startsWith("/")) continue;
      if (variable === "pathModel") return { endpoint, pathModel: value, pathId: null };
      // Names hold slashes, ids hold none.
      if (!value.includes("/")) return { endpoint, pathModel: null, pathId: value };
    }
    return null;
  }
}

function templateOf(endpoint: Endpoint, path: string): Template | null {
  const [, before = "", written = "", after = ""] = /^(.*)(\{\w+\})(.*)$/.exec(path) ?? [];
  const variable = VARIABLES.get(written);
  return variable === undefined ? null : { before, after, variable, endpoint };
}

/** Without query, dots, a slash at the end and, where a client takes us for a proxy, its origin. Null: no target of HTTP. */
function pathOf(target: string): string | null {
  const path = URL.parse(target, "http://localhost")?.pathname ?? null;
  return path !== null && path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
