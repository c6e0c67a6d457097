/** One alias, and why its deployments are out. */
export interface AliasState {
  readonly alias: string;
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** So many aliases that are out are named; a line has an end. */
const NAMED = 3;

/** `3 of 4 aliases ready; llama: wrong_name`. */
export function summariseAliases(aliases: readonly AliasState[]): string {
  const out = aliases.filter(({ ready }) => !ready);
  const named = out
    .slice(0, NAMED)
    .map(({ alias, reasons }) => `${alias}: ${[...new Set(reasons)].join(", ")}`);
  const others = out.length > NAMED ? [`${out.length - NAMED} more are out`] : [];
  const count = `${aliases.length - out.length} of ${aliases.length} ${aliases.length === 1 ? "alias" : "aliases"} ready`;
  return [count, ...named, ...others].join("; ");
}
