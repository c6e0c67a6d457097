import { err, isRecord, ok, type Result } from "@rollcall/contract";

/**
 * A head and a list of records as one JSON object with a line for each record, so that it can be printed and read in
 * slices. Within texts JSON escapes line breaks: a line is `]}` only where the object ends.
 */
export interface RecordLines {
  readonly head: Readonly<Record<string, unknown>>;
  readonly records: readonly unknown[];
}

const BETWEEN = ",\n";
export const CLOSING = "\n]}";

/** Characters printed or parsed at a time: about a millisecond's work. */
const SLICE = 128 * 1024;

/** The text, a slice at a time. `list`: the field that holds the records. */
export function* printInSlices(head: object, list: string, records: Iterable<unknown>): Generator<string> {
  let slice = `${JSON.stringify(head).slice(0, -1)},"${list}":[\n`;
  let isFirst = true;
  for (const record of records) {
    slice += isFirst ? JSON.stringify(record) : BETWEEN + JSON.stringify(record);
    isFirst = false;
    if (slice.length < SLICE) continue;
    yield slice;
    slice = "";
  }
  yield slice + CLOSING;
}

export interface Checks<Item> {
  readonly list: string;
  /** What is wrong with the head, or null. */
  readonly headFault: (head: Readonly<Record<string, unknown>>) => string | null;
  readonly readRecord: (record: unknown) => Result<Item, string>;
}

export interface CheckedLines<Item> extends RecordLines {
  readonly records: Item[];
}

/**
 * Reads text that may be torn, truncated, of another program or hostile, with a break after every slice for its caller to
 * let others go first. Text without our line breaks is read in one go.
 */
export function* parseInSlices<Item>(
  text: string,
  { list, headFault, readRecord }: Checks<Item>,
): Generator<void, Result<CheckedLines<Item>, string>> {
  const torn = err(`not JSON (${text.length} characters): torn or truncated`);
  const first = text.slice(0, Math.max(0, text.indexOf("\n")));
  const inLines = first.endsWith(`"${list}":[`) && text.endsWith(CLOSING);
  const head = parseJson(inLines ? `${first}]}` : text);
  if (head === undefined) return torn;
  if (!isRecord(head)) return err("not a JSON object");
  const fault = headFault(head) ?? (Array.isArray(head[list]) ? null : `${list} is not a list`);
  if (fault !== null) return err(fault);
  const records: Item[] = [];
  const take = (some: readonly unknown[]): string | null => {
    for (const one of some) {
      const read = readRecord(one);
      if (!read.ok) return `${list}[${records.length}].${read.error} is not as expected`;
      records.push(read.value);
    }
    return null;
  };
  const wrong = take(head[list] as unknown[]);
  if (wrong !== null) return err(wrong);
  if (!inLines) return ok({ head, records });
  for (const slice of slicesOf(text, first.length + 1)) {
    const some = parseJson(`[${slice}]`);
    // A slice of nothing is what a comma too many leaves.
    if (!Array.isArray(some) || some.length === 0) return torn;
    const wrongHere = take(some);
    if (wrongHere !== null) return err(wrongHere);
    yield;
  }
  return ok({ head, records });
}

/** The head alone, of a text that begins with its line; null where it does not. */
export function parseHead(text: string, list: string): Readonly<Record<string, unknown>> | null {
  const first = text.slice(0, Math.max(0, text.indexOf("\n")));
  const head = first.endsWith(`"${list}":[`) ? parseJson(`${first}]}`) : undefined;
  return isRecord(head) ? head : null;
}

/** The lines between head and closing, several at a time. */
function* slicesOf(text: string, start: number): Generator<string> {
  const end = text.length - CLOSING.length;
  if (start >= end) return;
  for (let from = start; ;) {
    const cut = text.indexOf(BETWEEN, from + SLICE);
    if (cut === -1) {
      yield text.slice(from, end);
      return;
    }
    yield text.slice(from, cut);
    from = cut + BETWEEN.length;
  }
}

/** Undefined, which JSON does not know, for what is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
