import path from "node:path";
import { rolldown } from "rolldown";
import { FOLDERS } from "./install.ts";

/** The browser's part of the client `browser.mjs` as one file, at `file`. */
export async function bundlePage(file: string): Promise<void> {
  const bundle = await rolldown({
    input: path.join(FOLDERS.javascript, "browser-page.mjs"),
    platform: "browser",
    logLevel: "silent",
  });
  await bundle.write({ file, format: "esm", codeSplitting: false });
  await bundle.close();
}
