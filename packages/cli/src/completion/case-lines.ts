/** Branches of a shell's `case`, a line each. */
export function caseLines(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}\n`).join("");
}
