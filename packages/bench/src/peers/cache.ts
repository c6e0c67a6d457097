import os from "node:os";
import path from "node:path";

/** Where --install puts peers that come from npm and PyPI. */
export const CACHE = path.join(os.tmpdir(), "rollcall-bench");

export function cached(...names: string[]): string {
  return path.join(CACHE, ...names);
}
