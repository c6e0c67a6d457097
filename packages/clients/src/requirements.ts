import { existsSync } from "node:fs";
import path from "node:path";
import { CHROMIUM_NAMES, findChromium } from "@rollcall/testkit";
import type { Requirement } from "./clients.ts";
import { FOLDERS } from "./install.ts";
import { refusesPages } from "./optional-routes.ts";

/** What one client needs beside its package: what is missing, or undefined. */
const REQUIREMENTS: Readonly<Record<Requirement, (gateway: string) => Promise<string | undefined>>> = {
  chromium: async () => (findChromium() === null ? `no ${CHROMIUM_NAMES.join(", no ")}` : undefined),
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

function installed(file: string): () => Promise<string | undefined> {
  const found = path.join(FOLDERS.javascript, "node_modules", file);
  return async () => (existsSync(found) ? undefined : `${file} is not for this machine`);
}
