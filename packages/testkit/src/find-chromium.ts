import { accessSync, constants } from "node:fs";
import path from "node:path";

/** What Chromium is called, as distributions have it. */
export const CHROMIUM_NAMES: readonly string[] = ["chromium", "chromium-browser", "google-chrome"];

/** Where the machine's own Chromium is, the first on the PATH; null where it has none. */
export function findChromium(): string | null {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const files = folders.flatMap((folder) => CHROMIUM_NAMES.map((name) => path.join(folder, name)));
  return files.find(isProgram) ?? null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
