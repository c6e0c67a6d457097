import { readDocument } from "./documents.ts";

/** A code block of a document that people paste into a shell. */
export interface ShellBlock {
  /** Of its opening fence. */
  readonly line: number;
  /** Of the nearest heading above it, as written; "" above the first. */
  readonly heading: string;
  readonly script: string;
  /** What the document says that it prints: the `text` block right behind it; null where there is none. */
  readonly prints: string | null;
  /** Why no test runs it, from `<!-- not run: WHY -->` right before it; null where one does. */
  readonly notRun: string | null;
}

const SHELLS = new Set(["sh", "bash", "console", "shell", "zsh"]);
const FENCE = /^( *)(`{3,}|~{3,})(\w*)/;
const MARK = /^ *<!-- not run: (.+) -->$/;

export function shellBlocks(text: string): readonly ShellBlock[] {
  const blocks: {
    line: number;
    heading: string;
    lang: string;
    body: string[];
    before: string;
    gap: string;
  }[] = [];
  let [heading, before, gap] = ["", "", ""];
  let open: { end: RegExp; indent: string; block: (typeof blocks)[number] } | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    if (open !== null) {
      if (open.end.test(line)) open = null;
      else open.block.body.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
      continue;
    }
    const [, indent = "", fence, lang = ""] = FENCE.exec(line) ?? [];
    if (fence !== undefined) {
      const block = { line: index + 1, heading, lang, body: [], before, gap };
      blocks.push(block);
      open = { end: new RegExp(`^ *${fence}`), indent, block };
      [before, gap] = ["", ""];
      continue;
    }
    heading = /^#{1,6} +(.+?) *#*$/.exec(line)?.[1] ?? heading;
    if (line.trim() !== "") [before, gap] = [line, `${gap}${line}`];
  }
  return blocks.flatMap(({ line, heading: above, lang, body, before: mark }, index) => {
    if (!SHELLS.has(lang)) return [];
    const next = blocks[index + 1];
    const prints = next?.lang === "text" && next.gap === "" ? next.body.join("\n") : null;
    const notRun = MARK.exec(mark)?.[1] ?? null;
    return [{ line, heading: above, script: body.join("\n"), prints, notRun }];
  });
}

/** Blocks of a document, or of one heading of it, that are to be run. Throws where there are none: they were moved. */
export function documentedBlocks(file: string, heading?: string): readonly ShellBlock[] {
  const found = shellBlocks(readDocument(file)).filter(
    (block) => block.notRun === null && (heading === undefined || block.heading === heading),
  );
  if (found.length === 0)
    throw new Error(`${file} has no commands${heading === undefined ? "" : ` under "${heading}"`}`);
  return found;
}

/** Does it print what the document shows? `…` stands for anything within a line, alone on a line for any lines. */
export function isAsShown(printed: string, shown: string): boolean {
  const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const lines = shown
    .trim()
    .split("\n")
    .map((line) =>
      line.trim() === "…"
        ? String.raw`(?:.*\n)*?`
        : // How wide a column is depends on what stands in it.
          String.raw`${line
            .trim()
            .split("…")
            .map((part) => part.split(/ +/).map(escaped).join(" +"))
            .join(".*")} *\n`,
    );
  const found = printed
    .trim()
    .split("\n")
    .map((line) => line.trim());
  return new RegExp(`^${lines.join("")}$`).test(`${found.join("\n")}\n`);
}

/** What was printed, where it is not what the document shows; else null. */
export function unlike(printed: string, shown: string | null): string | null {
  return shown === null || isAsShown(printed, shown) ? null : `printed:\n${printed}\nshown:\n${shown}`;
}
