import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** An empty directory that is gone when the test has finished. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(path.join(os.tmpdir(), "rollcall-runtime-")));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
