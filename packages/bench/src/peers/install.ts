import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { promisify } from "node:util";
import { CACHE } from "./cache.ts";
import type { Peer } from "./peer.ts";

const run = promisify(execFile);
const WITHIN_MS = 900_000;

/** Runs what installs a peer. Rejects with the command that failed and what it said. */
export async function install(peer: Peer): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  for (const [program = "", ...args] of peer.install)
    await run(program, args, {
      timeout: WITHIN_MS,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
}

export function printInstall({ install: commands }: Peer): string {
  return commands.map((words) => words.map(quote).join(" ")).join(" && ");
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
