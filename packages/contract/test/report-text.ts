import { examineConfig } from "../src/config/parse.ts";
import type { ReportLine } from "../src/config/compatibility.ts";
import { groupProblems } from "../src/config/group-problems.ts";
import type { Environment } from "../src/config/environment.ts";
import { printPath, type Position } from "../src/config/problem.ts";

const linesOf = (places: readonly Position[]) => [...new Set(places.map(({ line }) => line))].join(",");

/** What comes of a config in a container, a line for each finding: `left out 5,9 litellm_params: …`. */
export function reportText(text: string, env: Environment): readonly string[] {
  const texts = { main: { file: "config.yaml", text }, included: [] };
  const { config, problems, compatibility } = examineConfig(texts, env, { inContainer: true });
  const settings = (found: readonly ReportLine[] = []) =>
    found.map(({ setting, at }) => `${setting} ${linesOf(at)}`);
  const noted = (word: string, found: readonly ReportLine[] = []) =>
    found.map(({ setting, note, at }) => `${word} ${linesOf(at)} ${setting}: ${note}`);
  const honoured = settings(compatibility?.honoured);
  return [
    config === null ? "refused" : `serves ${[...config.aliases.keys()].join(" ")}`.trimEnd(),
    ...(honoured.length === 0 || config === null ? [] : [`honoured ${honoured.join("; ")}`]),
    ...noted("differs", compatibility?.differs),
    ...noted("unsupported", compatibility?.unsupported),
    ...noted("left out", compatibility?.leftOut),
    ...groupProblems(problems)
      .filter(({ problem: { meaning } }) => meaning === undefined)
      .map(
        ({ problem: { severity, path, message, at }, also }) =>
          `${severity} ${linesOf([at, ...also])} ${printPath(path)}: ${message}`,
      ),
  ];
}
