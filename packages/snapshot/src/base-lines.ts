import { err, isRecord, ok, type Result, type SnapshotHeader, type SnapshotKind } from "@rollcall/contract";
import { finished } from "./in-turns.ts";
import { headerFault, headerIn, parseSnapshotInSlices, splitBase, splitChanges } from "./snapshot-text.ts";
import { withRecords } from "./whole.ts";

/** A base, or why it is none, and the texts of the changes that stood behind it. */
export interface ReadBase<Whole> {
  readonly base: Result<Whole, string>;
  readonly changes: readonly string[];
}

/**
 * Reads a base and the changes behind it a line at a time, as they come, so that of a large one the records are kept and
 * never its text. What is not written in our lines is gathered, and read in one go.
 */
export class BaseLines<Whole extends SnapshotHeader, Item> {
  readonly #kind: SnapshotKind<Whole, Item>;
  readonly #records: Item[] = [];
  #take: (line: string) => void = (line) => this.#takeHead(line);
  #head: object | null = null;
  #fault: string | null = null;
  /** The line before ended in a comma: another record has to follow. */
  #wantsMore = false;
  #length = 0;
  /** What is no record: lines behind the base, or all of a text that is not in lines. */
  readonly #lines: string[] = [];

  constructor(kind: SnapshotKind<Whole, Item>) {
    this.#kind = kind;
  }

  take(line: string): void {
    this.#length += line.length + 1;
    if (this.#fault === null) this.#take(line);
  }

  end(): ReadBase<Whole> {
    const kind = this.#kind;
    if (this.#fault !== null) return { base: err(this.#fault), changes: [] };
    if (this.#head === null) {
      const { base, changes } = splitBase(this.#lines.join("\n"));
      return { base: finished(parseSnapshotInSlices(kind, base)), changes };
    }
    if (this.#take !== this.#takeChange) return { base: err(this.#torn()), changes: [] };
    const changes = splitChanges(`${this.#lines.join("\n")}\n`);
    return { base: ok(withRecords(kind, this.#head, this.#records)), changes };
  }

  #takeHead(line: string): void {
    const kind = this.#kind;
    if (!line.endsWith(`"${kind.list}":[`)) {
      this.#take = this.#takeChange;
      this.#lines.push(line);
      return;
    }
    const head = parseJson(`${line}]}`);
    if (!isRecord(head)) this.#fault = this.#torn();
    else this.#fault = headerFault(kind, head);
    if (this.#fault !== null) return;
    this.#head = headerIn(kind, head as Readonly<Record<string, unknown>>);
    this.#take = (next) => this.#takeRecord(next);
  }

  #takeRecord(line: string): void {
    const { list, readRecord } = this.#kind;
    const isFirst = this.#records.length === 0;
    if (line === "]}" && (isFirst || !this.#wantsMore)) {
      this.#take = this.#takeChange;
      return;
    }
    // Where there are none, the line of the first is there all the same.
    if (line === "" && isFirst) return;
    const record =
      isFirst || this.#wantsMore ? parseJson(line.endsWith(",") ? line.slice(0, -1) : line) : undefined;
    if (record === undefined) {
      this.#fault = this.#torn();
      return;
    }
    const read = readRecord(record);
    if (read.ok) this.#records.push(read.value);
    else this.#fault = `${list}[${this.#records.length}].${read.error} is not as expected`;
    this.#wantsMore = line.endsWith(",");
  }

  readonly #takeChange = (line: string): void => {
    this.#lines.push(line);
  };

  #torn(): string {
    return `not JSON (${this.#length} characters): torn or truncated`;
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
