import type { Column, Row } from "../wall.ts";

/** Where one system falls short of the best that could be had, with the command that shows it again. */
export function listShortfalls(
  rows: readonly Row[],
  columns: readonly Column[],
  name: string,
): readonly string[] {
  const index = columns.findIndex(({ kind }) => kind.name === name);
  return rows.flatMap(({ fault, entries }) => {
    const entry = entries[index];
    if (entry === undefined) return [];
    const again = `pnpm bench:faults --only ${fault.name} --systems ${name.toLowerCase()}`;
    if ("failure" in entry) return [`${fault.name}: ${entry.failure} (${again})`];
    return (entry.cell?.shortfalls ?? []).map((shortfall) => `${fault.name}: ${shortfall} (${again})`);
  });
}
