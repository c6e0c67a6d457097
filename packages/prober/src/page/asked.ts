import type { Filter } from "./view/fleet-view.ts";

/** What a reader asked for: all, one alias or one deployment. */
export type Asked =
  | { readonly kind: "fleet"; readonly filter: Filter }
  | { readonly kind: "alias"; readonly name: string; readonly filter: Filter }
  | { readonly kind: "deployment"; readonly name: string };

type Query = Readonly<Record<string, string | undefined>>;

const LONGEST = 80;

/** From the query of a form or link. What makes no sense asks for all. */
export function readFilter({ state = "", text = "", page = "1" }: Query): Filter {
  const number = /^[1-9]\d{0,5}$/.test(page) ? Number(page) : 1;
  return { state: state.slice(0, LONGEST), text: text.trim().slice(0, LONGEST), page: number };
}

/** From the query of the stream that a page follows. */
export function readAsked(query: Query): Asked {
  const { alias, deployment } = query;
  if (deployment !== undefined) return { kind: "deployment", name: deployment };
  const filter = readFilter(query);
  return alias === undefined ? { kind: "fleet", filter } : { kind: "alias", name: alias, filter };
}

/** The query that `readAsked` reads. */
export function printAsked(asked: Asked): string {
  if (asked.kind === "deployment") return new URLSearchParams({ deployment: asked.name }).toString();
  const { state, text, page } = asked.filter;
  return new URLSearchParams({
    ...(asked.kind === "alias" && { alias: asked.name }),
    ...(state !== "" && { state }),
    ...(text !== "" && { text }),
    ...(page !== 1 && { page: String(page) }),
  }).toString();
}

/** The page's own path. */
export function pathOf(asked: Asked): string {
  if (asked.kind === "fleet") return "/";
  return `/${asked.kind === "alias" ? "a" : "d"}/${encodeURIComponent(asked.name)}`;
}
