import { printPath, printProblem, type Position, type Problem } from "./problem.ts";

/** One complaint, wherever it holds: the first problem, and the places of the others. */
export interface ProblemGroup {
  readonly problem: Problem;
  readonly also: readonly Position[];
}

/** Problems that say the same of the same setting, of whichever entry, become one. They stay in their order. */
export function groupProblems(problems: readonly Problem[]): readonly ProblemGroup[] {
  const groups = new Map<string, { readonly problem: Problem; readonly also: Position[] }>();
  for (const problem of problems) {
    const { severity, path, message } = problem;
    const setting = printPath(path.map((step) => (typeof step === "number" ? "*" : step)));
    const key = JSON.stringify([severity, setting, message]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { problem, also: [] });
    else known.also.push(problem.at);
  }
  return [...groups.values()];
}

/** `config.yaml:3:5: warning: …: … (and on lines 9, 15)` */
export function printGroup({ problem, also }: ProblemGroup): string {
  const more = also.length === 0 ? "" : ` (and on ${printLines(problem.at.file, also)})`;
  return `${printProblem(problem)}${more}`;
}

/** `lines 9, 15`, with the names of files other than the one spoken of; those after the first `most` as a number. */
export function printLines(file: string, places: readonly Position[], most = Infinity): string {
  const texts = places.map((place) =>
    place.file === file ? `${place.line}` : `${place.file}:${place.line}`,
  );
  const lines = [...new Set(texts)];
  const more = lines.length > most ? ` and ${lines.length - most} more` : "";
  return `${lines.length === 1 ? "line" : "lines"} ${lines.slice(0, most).join(", ")}${more}`;
}
