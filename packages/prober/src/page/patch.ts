import type { Rendering } from "./rendering.ts";

/** An element's new content, or for a row of the table the new row. */
export interface Piece {
  readonly id: string;
  readonly html: string;
}

/** What differs between two renderings of one page; all of the second where there is no first. */
export function piecesBetween(before: Rendering | null, after: Rendering): readonly Piece[] {
  const rowsFit = before !== null && before.structure === after.structure;
  const pieces: Piece[] = [];
  for (const [id, html] of after.sections) {
    if (before?.sections.get(id) === html) continue;
    if (id === "fleet" && rowsFit) pieces.push(...rowsBetween(before, after));
    else pieces.push({ id, html });
  }
  return pieces;
}

function rowsBetween(before: Rendering, after: Rendering): readonly Piece[] {
  return after.rows.flatMap((html, index) =>
    before.rows[index] === html ? [] : [{ id: `l${index}`, html }],
  );
}
