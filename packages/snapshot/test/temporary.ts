import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** An empty directory; `remove` takes it away with all that is in it. */
export function temporaryDirectory(): { readonly directory: string; readonly remove: () => void } {
  const directory = mkdtempSync(path.join(os.tmpdir(), "rollcall-state-"));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
