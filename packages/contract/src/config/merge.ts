import { error, type Complaint, type Path, type Position } from "./problem.ts";
import type { Source } from "./source.ts";

/** Several files as one written config, with the way back from a path to its file. */
export interface Merged {
  readonly value: Readonly<Record<string, unknown>>;
  readonly complaints: readonly Complaint[];
  locate(path: Path): Position;
}

interface Segment {
  readonly source: Source;
  readonly from: number;
}

/** LiteLLM's rule for `include`: lists are joined, every other key is overwritten by the included file. */
export function mergeSources(main: Source, included: readonly Source[]): Merged {
  const value: Record<string, unknown> = {};
  const origin = new Map<string, Segment[]>();
  const complaints: Complaint[] = [];
  for (const source of [main, ...included]) {
    if (!isRecord(source.value)) {
      if (source.value !== undefined && source.value !== null) {
        complaints.push(
          error([], `${source.file} is not a map of keys such as model_list: and general_settings:`),
        );
      }
      continue;
    }
    for (const [key, part] of Object.entries(source.value)) {
      const before = value[key];
      if (Array.isArray(before) && Array.isArray(part)) {
        origin.get(key)?.push({ source, from: before.length });
        value[key] = [...before, ...part];
      } else {
        origin.set(key, [{ source, from: 0 }]);
        value[key] = part;
      }
    }
  }
  return { value, complaints, locate: (path) => locate(path, origin, main) };
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
