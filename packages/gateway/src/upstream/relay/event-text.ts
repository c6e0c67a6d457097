import { isRecord } from "@rollcall/contract";

/** One server-sent event, read. */
export interface ReadEvent {
  /** `event:`, or "". */
  readonly name: string;
  readonly data: string;
}

const SEPARATOR = /\r?\n\r?\n/g;

/** Where each of the events begins. The last may have no blank line behind it. */
export function* eventStarts(text: string): Generator<[start: number, end: number]> {
  if (text.indexOf("\n\n") === text.length - 2 && !text.includes("\r")) {
    yield [0, text.length];
    return;
  }
  let start = 0;
  for (const { index, 0: blank } of text.matchAll(SEPARATOR)) {
    yield [start, index + blank.length];
    start = index + blank.length;
  }
  if (start < text.length) yield [start, text.length];
}

/** Null where it has no data: comments alone, or nothing. */
export function readEvent(text: string): ReadEvent | null {
  const simple = readSimple(text);
  if (simple !== null) return simple;
  let name = "";
  const data: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, field, value = ""] = /^(data|event)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
  }
  return data.length === 0 ? null : { name, data: data.join("\n") };
}

/** Almost every event is one line of data. */
function readSimple(text: string): ReadEvent | null {
  if (!text.startsWith("data: ")) return null;
  const end = text.indexOf("\n");
  return end === -1 || end !== text.length - 2 || text[end + 1] !== "\n" || text[end - 1] === "\r"
    ? null
    : { name: "", data: text.slice("data: ".length, end) };
}

/**
 * Does a chunk carry nothing of an answer yet? vLLM and llama.cpp open with a role and an empty or absent text; others send
 * chunks without choices first.
 */
export function carriesNothing(value: unknown): boolean {
  if (!isRecord(value) || !Array.isArray(value["choices"])) return false;
  return value["choices"].every((choice) => isRecord(choice) && isEmptyChoice(choice));
}

function isEmptyChoice({ delta, text, finish_reason: finish }: Record<string, unknown>): boolean {
  if (!isEmpty(finish) || !isEmpty(text)) return false;
  return !isRecord(delta) || Object.entries(delta).every(([key, part]) => key === "role" || isEmpty(part));
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}
