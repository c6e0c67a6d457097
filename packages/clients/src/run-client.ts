import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { run } from "@rollcall/testkit";
import type { Client } from "./clients.ts";
import { commandOf, FOLDERS, pythonOf } from "./install.ts";
import { CLIENT_KEY, type Site } from "./site.ts";

/** What a script says of one feature. */
export interface Result {
  readonly feature: string;
  readonly ok: boolean;
  readonly error?: string;
}

const TIMEOUT_MS = 8 * 60_000;

/** No client calls home, and none reads what this machine's owner has configured. */
const QUIET = {
  ANONYMIZED_TELEMETRY: "False",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_TELEMETRY: "1",
  DO_NOT_TRACK: "1",
  HAYSTACK_TELEMETRY_ENABLED: "False",
  LANGSMITH_TRACING: "false",
  LITELLM_LOCAL_MODEL_COST_MAP: "True",
  NO_PROXY: "127.0.0.1",
  OPENAI_AGENTS_DISABLE_TRACING: "1",
  PYTHONDONTWRITEBYTECODE: "1",
};

/** Runs a client's script against the site; what it says by feature, and the end of its output for those that it says nothing of. */
export async function runClient(
  client: Client,
  { url, observer }: Site,
  { only, env }: { readonly only: readonly string[]; readonly env: Readonly<Record<string, string>> },
): Promise<{ readonly results: ReadonlyMap<string, Result>; readonly output: string }> {
  const home = mkdtempSync(path.join(os.tmpdir(), "rollcall-client-"));
  const [command, script] = commandOf(client);
  const { out, err, code } = await run(command, [script], {
    cwd: home,
    timeoutMs: TIMEOUT_MS,
    env: {
      ...QUIET,
      ...env,
      HOME: home,
      ROLLCALL_URL: url,
      ROLLCALL_KEY: CLIENT_KEY,
      ROLLCALL_OBSERVER: observer,
      ROLLCALL_ONLY: only.join(","),
    },
  });
  rmSync(home, { recursive: true, force: true });
  const results = out
    .split("\n")
    .filter((line) => line.startsWith("#result "))
    .map((line) => JSON.parse(line.slice("#result ".length)) as Result);
  const output = `${script} ended with ${code ?? "a signal"}\n${out.slice(-2_000)}\n${err.slice(-2_000)}`;
  return { results: new Map(results.map((result) => [result.feature, result])), output };
}

/** The versions of a client's packages, as they are installed. */
export async function versionsOf({
  language,
  packages,
  environment,
}: Client): Promise<Record<string, string>> {
  if (language === "javascript") {
    const versions = packages.map((name) => [name, javascriptVersion(name)] as const);
    return Object.fromEntries(versions);
  }
  const ask = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))";
  const { out } = await run(pythonOf(environment), ["-c", ask, ...packages]);
  const versions = out.trim().split(" ");
  return Object.fromEntries(packages.map((name, index) => [name, versions[index] ?? "?"]));
}

function javascriptVersion(name: string): string {
  const manifest = path.join(FOLDERS.javascript, "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
