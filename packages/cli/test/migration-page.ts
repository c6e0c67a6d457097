import { readDocument } from "./documents.ts";

/** Cells of the table of differences of packages/docs/migration.md, as `listedRow` has them. */
export function rowsOfThePage(): readonly (readonly string[])[] {
  const [, section = ""] =
    /\n## What differs\n(.*?)\n## /s.exec(readDocument("packages/docs/migration.md")) ?? [];
  const [, , ...rows] = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell, column) => (WORDS.has(column) ? cell.trim() : cell.trim().replaceAll("`", ""))),
  );
}

/** Columns whose backticks belong to the text: `why`. */
const WORDS = new Set([4]);
