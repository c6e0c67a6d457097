import { isRecord } from "../is-record.ts";
import type { ConfigTexts } from "./parse.ts";
import { mergeSources } from "./merge.ts";
import { readSource } from "./source.ts";

/** Is there something at this place of a config, rather than a default? Unreadable YAML has nothing. */
export function isWritten({ main, included }: ConfigTexts, path: readonly string[]): boolean {
  let value: unknown = mergeSources(readSource(main), included.map(readSource)).value;
  for (const key of path) {
    if (!isRecord(value) || !Object.hasOwn(value, key)) return false;
    value = value[key];
  }
  return value !== undefined && value !== null;
}
