import {
  err,
  isCount,
  ok,
  type Result,
  type SnapshotChange,
  type SnapshotHeader,
  type SnapshotKind,
} from "@rollcall/contract";
import { finished } from "./in-turns.ts";
import { CLOSING, parseInSlices, printInSlices } from "./record-lines.ts";
import { writeOf, type Write } from "./position.ts";
import { recordsOf, withRecords } from "./whole.ts";

/** The field of a change that holds its records. */
const CHANGED = "changed";

/** Ends a change where several follow each other, each with a line break behind it. */
const CHANGE_END = `${CLOSING}\n`;

/** A change as it came: what it says of itself, with no records, and what it does to those before it. */
export interface ReceivedChange<Whole, Item> extends SnapshotChange<Item> {
  readonly header: Whole;
}

/** The whole as text, a slice at a time. `records`: where the snapshot has none of its own. */
export function printSnapshotInSlices<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  snapshot: Whole,
  records: Iterable<Item> = recordsOf(kind, snapshot),
): Generator<string> {
  return printInSlices(headOf(kind, snapshot), kind.list, records);
}

export function printSnapshot<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  snapshot: Whole,
): string {
  return [...printSnapshotInSlices(kind, snapshot)].join("");
}

/** One change as text: the header of the snapshot that it leads to, and what differs. */
export function printChange<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  snapshot: Whole,
  { after, changed, removed }: SnapshotChange<Item>,
): string {
  const head = { ...headOf(kind, snapshot), after, removed };
  return [...printInSlices(head, CHANGED, changed)].join("");
}

/** The changes of a text that holds several; what follows the last whole one is not among them. */
export function splitChanges(text: string): readonly string[] {
  return text
    .split(CHANGE_END)
    .slice(0, -1)
    .map((change) => change + CLOSING);
}

/** A base, and the changes that stand behind it. */
export function splitBase(text: string): { readonly base: string; readonly changes: readonly string[] } {
  const end = text.indexOf(CHANGE_END);
  if (end === -1) return { base: text, changes: [] };
  const rest = text.slice(end + CHANGE_END.length);
  return { base: text.slice(0, end) + CLOSING, changes: splitChanges(`${rest}\n`) };
}

/** Where the last whole change ends within bytes of a text; 0 where none does. */
export function endOfChanges(bytes: Buffer): number {
  const at = bytes.lastIndexOf(CHANGE_END);
  return at === -1 ? 0 : at + CHANGE_END.length;
}

export function* parseSnapshotInSlices<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  text: string,
): Generator<void, Result<Whole, string>> {
  const { list, readRecord } = kind;
  const headFault = (head: Head) => headerFault(kind, head);
  const parsed = yield* parseInSlices(text, { list, headFault, readRecord });
  return parsed.ok ? ok(withRecords(kind, headerIn(kind, parsed.value.head), parsed.value.records)) : parsed;
}

export function* parseChangeInSlices<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  text: string,
): Generator<void, Result<ReceivedChange<Whole, Item>, string>> {
  const { readRecord } = kind;
  const headFault = (head: Head) => headerFault(kind, head) ?? changeFault(head);
  const parsed = yield* parseInSlices(text, { list: CHANGED, headFault, readRecord });
  if (!parsed.ok) return err(parsed.error);
  const { after, removed, [CHANGED]: _records, ...head } = parsed.value.head;
  return ok({
    header: withRecords(kind, headerIn(kind, head), []),
    after: after as number,
    changed: parsed.value.records,
    removed: removed as string[],
  });
}

/** Reads a whole at once, where nothing else has to go on meanwhile. */
export function parseSnapshot<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  text: string,
): Result<Whole, string> {
  return finished(parseSnapshotInSlices(kind, text));
}

export function parseChange<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  text: string,
): Result<ReceivedChange<Whole, Item>, string> {
  return finished(parseChangeInSlices(kind, text));
}

type Head = Readonly<Record<string, unknown>>;

/** The version first: whoever looks at the file sees what it is. */
function headOf<Whole extends SnapshotHeader, Item>(
  { list, version }: SnapshotKind<Whole, Item>,
  snapshot: Whole,
): object {
  return { version, ...snapshot, [list]: undefined };
}

/** A header without what is a matter of the text alone: the version, and where the records stand. */
export function headerIn({ list }: { readonly list: string }, head: Head): object {
  const { version: _version, [list]: _records, ...header } = head;
  return header;
}

/** What is wrong but for the records themselves. */
export function headerFault<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  head: Head,
): string | null {
  const { version } = head;
  const taken = [kind.version, kind.version - 1].filter((one) => one > 0);
  if (!taken.some((one) => one === version)) {
    // Only a number is repeated: anything else may be as long and as deep as it likes.
    return `version ${typeof version === "number" ? version : "unknown"}, expected ${taken.join(" or ")}`;
  }
  for (const key of ["sequence", "writtenAt", "intervalMs"]) {
    if (!isCount(head[key])) return `${key} is not a number of zero or more`;
  }
  // Beyond these, the next one is the same number.
  if (!Number.isSafeInteger(head["sequence"])) return "sequence is not a whole number that can be counted on";
  return kind.headerFault(head);
}

function changeFault({ after, removed }: Head): string | null {
  if (!isCount(after)) return "after is not a number of zero or more";
  const isKeys = Array.isArray(removed) && removed.every((key) => typeof key === "string");
  return isKeys ? null : "removed is not a list of keys";
}

/** Which write a text says it is, by its head alone; null where it is none of this kind. */
export function readWrite<Whole extends SnapshotHeader, Item>(
  kind: SnapshotKind<Whole, Item>,
  head: Head,
): Write | null {
  if (headerFault(kind, head) !== null) return null;
  return writeOf(kind, withRecords(kind, headerIn(kind, head), []));
}
