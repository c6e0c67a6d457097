import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run, type Finished } from "./program.ts";

const TIMEOUT_MS = 15 * 60_000;

export type InstallStep = readonly [command: string, ...args: string[]];

/**
 * Installs only where one of the locks has changed since: their digest is left in the folder. Resolves with why it failed.
 */
export async function installOnce(
  folder: string,
  locks: readonly string[],
  install: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const mark = path.join(folder, ".installed");
  const digest = createHash("sha256");
  for (const lock of locks) digest.update(readFileSync(lock));
  const wanted = digest.digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return undefined;
  const fault = await install();
  if (fault === undefined) writeFileSync(mark, wanted);
  return fault;
}

/** One command after the other; resolves with why the first that fails did. */
export async function runSteps(
  steps: readonly InstallStep[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<string | undefined> {
  for (const [command, ...args] of steps) {
    const env = { HOME: process.env["HOME"] ?? "/", ...proxies(), ...options.env };
    const finished = await run(command, args, { ...options, env, timeoutMs: TIMEOUT_MS });
    if (finished.code !== 0)
      return `${path.basename(command)} ${args[0] ?? ""} failed: ${lastLines(finished)}`;
  }
  return undefined;
}

/** What package clients read: where their registry is, and how to get there. */
function proxies(): Record<string, string> {
  const wanted =
    /^(https?_proxy|no_proxy|all_proxy|pip_.*|npm_config_.*|ssl_cert_file|node_extra_ca_certs)$/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      wanted.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

const lastLines = ({ out, err }: Finished): string =>
  (err.trim() || out.trim()).split("\n").slice(-3).join(" ");
