/** The query of a request's target. */
export function queryOf(target: string): URLSearchParams {
  const at = target.indexOf("?");
  return new URLSearchParams(at === -1 ? "" : target.slice(at + 1));
}

/** What of a query may go on: `?a=1&b=2`, or nothing. */
export function keptQuery(target: string, kept: readonly string[]): string {
  const query = [...queryOf(target)].filter(([key]) => kept.includes(key));
  return query.length === 0 ? "" : `?${new URLSearchParams(query).toString()}`;
}
