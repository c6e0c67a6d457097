/** Where this repository says its version. */
interface Place {
  /** Paths from the root. */
  readonly files: RegExp;
  readonly text: (version: string) => string;
  /** Some files of that name say something else. */
  readonly isEverywhere: boolean;
}

const PLACES: readonly Place[] = [
  { files: /^packages\/[\w-]+\/package\.json$/, text: (v) => `"version": "${v}"`, isEverywhere: false },
  { files: /^packages\/contract\/src\/version\.ts$/, text: (v) => `VERSION = "${v}"`, isEverywhere: true },
  {
    files: /^packages\/control\/test\/golden\/openapi\.txt$/,
    text: (v) => `"version": "${v}"`,
    isEverywhere: true,
  },
  { files: /^deploy\/docker\/Dockerfile$/, text: (v) => `ARG VERSION=${v}`, isEverywhere: true },
  { files: /(^|\/)Chart\.yaml$/, text: (v) => `version: ${v}`, isEverywhere: true },
  { files: /(^|\/)Chart\.yaml$/, text: (v) => `appVersion: "${v}"`, isEverywhere: true },
  { files: /^packages\/docs\/walk-kubernetes\.md$/, text: (v) => `rollcall:${v}`, isEverywhere: false },
  { files: /^packages\/docs\/walk-kubernetes\.md$/, text: (v) => `Rollcall ${v}`, isEverywhere: false },
  // Rendered from the chart, and what is beside it.
  { files: /^deploy\/kubernetes\/.*\.yaml$/, text: (v) => `version: "${v}"`, isEverywhere: false },
  { files: /^deploy\/kubernetes\/.*\.yaml$/, text: (v) => `rollcall:${v}`, isEverywhere: false },
];

export const CHANGELOG = "packages/cli/CHANGELOG.md";
const UNRELEASED = "## [Unreleased]";

export interface Release {
  /** What the repository says now. */
  readonly from: string;
  readonly to: string;
  /** As ISO 8601 has it. */
  readonly day: string;
}

/** The files that change, with their new texts. Throws where one does not say the version as it should. */
export function releaseEdits(
  files: readonly string[],
  read: (file: string) => string,
  { from, to, day }: Release,
): ReadonlyMap<string, string> {
  const edits = new Map<string, string>();
  for (const { files: pattern, text, isEverywhere } of PLACES)
    for (const file of files.filter((one) => pattern.test(one))) {
      const before = edits.get(file) ?? read(file);
      if (before.includes(text(from))) edits.set(file, before.replaceAll(text(from), text(to)));
      else if (isEverywhere) throw new Error(`${file} does not have ${text(from)}`);
    }
  edits.set(CHANGELOG, releaseChangelog(read(CHANGELOG), { to, day }));
  return edits;
}

/** What was unreleased becomes this version's. Throws where nothing was. */
export function releaseChangelog(text: string, { to, day }: Pick<Release, "to" | "day">): string {
  const [before, after] = text.split(`${UNRELEASED}\n`);
  if (before === undefined || after === undefined) throw new Error(`${CHANGELOG} has no ${UNRELEASED}`);
  const [notes = ""] = after.split(/^## /m);
  if (!/^- /m.test(notes)) throw new Error(`${CHANGELOG}: nothing stands under ${UNRELEASED}`);
  return `${before}${UNRELEASED}\n\n## [${to}] - ${day}\n${after}`;
}

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-([\da-z]+(?:\.[\da-z]+)*))?$/;

/** Why this is no version to release after that one, or null. The first release may be the version that is there. */
export function whyNotAfter(to: string, from: string, isFirst: boolean): string | null {
  const [next, last] = [VERSION.exec(to), VERSION.exec(from)];
  if (next === null) return `${to} is no version: write X.Y.Z or X.Y.Z-rc.1`;
  if (last === null) return `${from} in packages/cli/package.json is no version`;
  if (to === from) return isFirst ? null : `${to} was released`;
  const numbers = [1, 2, 3].map((part) => Number(next[part]) - Number(last[part]));
  const difference = numbers.find((one) => one !== 0) ?? 0;
  const isLater = difference > 0 || (difference === 0 && last[4] !== undefined && (next[4] ?? "~") > last[4]);
  return isLater ? null : `${to} is not after ${from}`;
}
