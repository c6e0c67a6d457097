import { statSync, type Stats } from "node:fs";

/** What stands at a path; null where nothing does, or where this user may not look: then something else complains of it. */
export function statsOf(file: string): Stats | null {
  try {
    return statSync(file, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
