import { existsSync } from "node:fs";
import path from "node:path";
import { run } from "@rollcall/testkit";
import type { Requirement } from "./clients.ts";
import { FOLDERS } from "./install.ts";
import { refusesPages } from "./optional-routes.ts";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

/** What one client needs beside its package: what is missing, or undefined. */
const REQUIREMENTS: Readonly<Record<Requirement, (gateway: string) => Promise<string | undefined>>> = {
  chromium: async () => ((await chromium()) === undefined ? `no ${BROWSERS.join(", no ")}` : undefined),
  cors: refusesPages,
  "claude-code": installed(`@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`),
  codex: installed(".bin/codex"),
};

/** The first thing that is missing. */
export async function firstMissing(
  requirements: readonly Requirement[],
  gateway: string,
): Promise<string | undefined> {
  for (const name of requirements) {
    const missing = await REQUIREMENTS[name](gateway);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** Where the browser is. */
export async function chromium(): Promise<string | undefined> {
  for (const name of BROWSERS) {
    const { code, out } = await run("sh", ["-c", 'command -v "$1"', "sh", name]);
    if (code === 0) return out.trim();
  }
  return undefined;
}

function installed(file: string): () => Promise<string | undefined> {
  const found = path.join(FOLDERS.javascript, "node_modules", file);
  return async () => (existsSync(found) ? undefined : `${file} is not for this machine`);
}
