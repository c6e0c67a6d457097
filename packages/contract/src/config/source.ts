import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Scalar,
} from "yaml";
import { isRecord } from "../is-record.ts";
import { PLAIN_TAG_NAMES, PLAIN_TAGS, PlainScalar } from "./plain-scalar.ts";
import { error, type Path, type Position, type Problem } from "./problem.ts";

/** One config file as text. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** One config file as read: its value, scalars other than text as `PlainScalar`, and the places of its parts. */
export interface Source {
  readonly file: string;
  readonly value: unknown;
  readonly problems: readonly Problem[];
  locate(path: Path): Position;
}

/** Far more than any config needs, and far less than what walking into it can bear. */
const MAX_DEPTH = 100;

/** Reads YAML as LiteLLM's own parser does (YAML 1.1: `yes` is true, `<<` merges), and keeps what was written. */
export function readSource({ file, text }: SourceText): Source {
  const lines = new LineCounter();
  const doc = parseDocument(text, {
    version: "1.1",
    customTags: (tags) => [
      ...PLAIN_TAGS,
      ...tags.filter((tag) => typeof tag === "string" || !PLAIN_TAG_NAMES.has(tag.tag)),
    ],
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: (one, other) => isScalar(one) && isScalar(other) && keyOf(one) === keyOf(other),
    logLevel: "error",
  });
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = doc.errors.map((fault): Problem => ({
    ...error([], `not valid YAML: ${FAULTS[fault.code] ?? fault.message}`),
    at: place(fault.pos[0]),
  }));
  const found = problems.length > 0 ? undefined : plainValue(doc, problems, place);
  const value = found instanceof PlainScalar ? found.value : found;
  if (value !== undefined && value !== null && !isRecord(value)) {
    const hint = looksWide(text) ? " (it looks like UTF-16: save it as UTF-8)" : "";
    const message = `${file} is not a map of keys such as model_list: and general_settings:${hint}`;
    problems.push({ ...error([], message), at: place(offsetOf(doc, [])) });
  }
  return { file, value, problems, locate: (path) => place(offsetOf(doc, path)) };
}

/** In words that help whoever edits the file, not whoever programs with the parser. */
const FAULTS: Readonly<Partial<Record<string, string>>> = {
  MULTIPLE_DOCS: "a second document begins here: take out the line --- or keep one document a file",
};

/** Read as UTF-8, every other character of UTF-16 is NUL. */
function looksWide(text: string): boolean {
  return text.includes("\u0000") || text.startsWith("\ufffd\ufffd");
}

/** Each `<<` is another symbol: several may stand in one map. */
function keyOf({ value }: Scalar): unknown {
  return value instanceof PlainScalar ? value.source : value;
}

function plainValue(doc: Document, problems: Problem[], place: (offset: number) => Position): unknown {
  try {
    // A bound on aliases: a few lines of YAML can otherwise unfold to gigabytes.
    visit(doc, {
      Pair: (_, { key }) => {
        if (isScalar(key)) key.value = keyOf(key);
      },
    });
    const value: unknown = doc.toJS({ maxAliasCount: 100 });
    if (!isDeeperThan(MAX_DEPTH, value)) return value;
    throw new Error(`nested deeper than ${MAX_DEPTH} levels, or an alias that holds itself`);
  } catch (fault) {
    const message = fault instanceof Error ? fault.message : String(fault);
    problems.push({ ...error([], `not usable YAML: ${message}`), at: place(0) });
    return undefined;
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (value instanceof PlainScalar) return false;
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part));
}

/** Offset of the deepest part of the path that exists: the key of a map entry, the start of a list item. */
function offsetOf(doc: Document, path: Path): number {
  let node: unknown = doc.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
