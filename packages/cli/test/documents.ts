import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A link of a document: its target as written, without what names only a web page. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** Neither written here nor part of what is read. */
const FOREIGN = new Set([".git", ".turbo", ".venv", "dist", "node_modules"]);

/** Every file of the repository, by its path from the root. */
export function listFiles(folder = ""): readonly string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return FOREIGN.has(entry.name) ? [] : listFiles(file);
      return [file];
    })
    .toSorted();
}

export function readDocument(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

const FENCE = /^ *(```|~~~)/;

/** Its lines, with those of code blocks left empty. */
function proseLines(text: string): readonly string[] {
  let fenced = false;
  return text.split("\n").map((line) => {
    const isFence = FENCE.test(line);
    if (isFence) fenced = !fenced;
    return isFence || fenced ? "" : line;
  });
}

/** Links and pictures that point into the repository. */
export function relativeLinks(text: string): readonly Link[] {
  return proseLines(text).flatMap((line, index) =>
    [...line.replaceAll(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => ({ target, line: index + 1 }))
      .filter(({ target }) => !/^[a-z]+:/.test(target)),
  );
}

/** The anchors of its headings, as GitHub makes them. */
export function anchors(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const found = proseLines(text).flatMap((line) => {
    const heading = /^#{1,6} +(.+?) *#*$/.exec(line)?.[1];
    if (heading === undefined) return [];
    const slug = slugOf(heading);
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return [before === 0 ? slug : `${slug}-${before}`];
  });
  return new Set(found);
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");
}

/** Why a link leads nowhere, or null. */
export function whyBroken(file: string, target: string): string | null {
  const [written = "", anchor] = target.split("#");
  const place = written === "" ? file : path.join(path.dirname(file), decodeURIComponent(written));
  if (place.startsWith("..")) return "leads out of the repository";
  if (!existsSync(path.join(ROOT, place))) return "there is no such file";
  if (anchor === undefined) return null;
  if (!place.endsWith(".md")) return "only documents have anchors";
  return anchors(readDocument(place)).has(anchor) ? null : `${place} has no heading #${anchor}`;
}

/** Scripts of the root's package.json that a document runs: `npm start`, `npm test`, `npm run X`. */
export function npmScripts(text: string): readonly string[] {
  return [...text.matchAll(/\bnpm (?:(start|test)\b|run (?:-\w+ )*([\w:-]+))/g)].map(
    ([, short, script]) => short ?? script ?? "",
  );
}

/** TypeScript files that a document names in code spans, such as `pipeline/route.ts`. */
export function namedSources(text: string): readonly string[] {
  return proseLines(text).flatMap((line) =>
    [...line.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file = ""]) => file),
  );
}
