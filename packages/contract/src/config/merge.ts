import { isRecord } from "../is-record.ts";
import type { Path, Position } from "./problem.ts";
import type { Source } from "./source.ts";

/** Several files as one written config, with the way back from a path to its file. */
export interface Merged {
  readonly value: Readonly<Record<string, unknown>>;
  locate(path: Path): Position;
}

interface Segment {
  readonly source: Source;
  readonly from: number;
}

/** LiteLLM's rule for `include`: lists are joined, every other key is overwritten by the included file. */
export function mergeSources(main: Source, included: readonly Source[]): Merged {
  const value = new Map<string, unknown>();
  const origin = new Map<string, Segment[]>();
  for (const source of [main, ...included]) {
    if (!isRecord(source.value)) continue;
    for (const [key, part] of Object.entries(source.value)) {
      const before = value.get(key);
      if (Array.isArray(before) && Array.isArray(part)) {
        origin.get(key)?.push({ source, from: before.length });
        value.set(key, [...before, ...part]);
      } else {
        origin.set(key, [{ source, from: 0 }]);
        value.set(key, part);
      }
    }
  }
  // Built from pairs: an assignment to the key `__proto__` would change what the object is.
  return { value: Object.fromEntries(value), locate: (path) => locate(path, origin, main) };
}

function locate(path: Path, origin: ReadonlyMap<string, readonly Segment[]>, main: Source): Position {
  const [key, index, ...rest] = path;
  const segments = key === undefined ? undefined : origin.get(String(key));
  if (segments === undefined) return main.locate(path);
  if (typeof index !== "number") return (segments[0]?.source ?? main).locate(path);
  const segment = segments.findLast((candidate) => candidate.from <= index);
  if (segment === undefined) return main.locate(path);
  return segment.source.locate([key as string, index - segment.from, ...rest]);
}
