import path from "node:path";
import { fileURLToPath } from "node:url";
import { installOnce, installPython, missingPython, pythonIn, run, runSteps } from "@rollcall/testkit";
import { PYTHON_ENVIRONMENTS, type Client, type Language, type PythonEnvironment } from "./clients.ts";

export const FOLDERS: Readonly<Record<Language, string>> = {
  javascript: fileURLToPath(new URL("../javascript", import.meta.url)),
  python: fileURLToPath(new URL("../python", import.meta.url)),
};

/** What became of the clients of one language: installed, or absent for a reason. */
export interface Installed {
  readonly absent?: string;
  readonly seconds: number;
}

const TIMEOUT_MS = 15 * 60_000;

/** Installs what its lock says, unless that is there already. */
export async function install(language: Language): Promise<Installed> {
  const began = performance.now();
  const absent = await (language === "javascript" ? installJavascript() : installEnvironments());
  const seconds = (performance.now() - began) / 1_000;
  return absent === undefined ? { seconds } : { absent, seconds };
}

/** What both take on disk, as du says it. */
export async function installedSize(language: Language): Promise<string> {
  const folder = { javascript: "node_modules", python: ".venv" }[language];
  return (await run("du", ["-sh", path.join(FOLDERS[language], folder)])).out.split("\t", 1)[0] ?? "?";
}

/** Debian's browser, where this is root's machine and has none. */
export async function installChromium(): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, timeoutMs: TIMEOUT_MS };
  await run("apt-get", ["update", "-qq"], options);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], options);
}

/** The command that runs a client's script. */
export function commandOf({ language, script, environment }: Client): readonly [string, string] {
  const file = path.join(FOLDERS[language], script);
  return [language === "javascript" ? process.execPath : pythonOf(environment), file];
}

export function pythonOf(environment: PythonEnvironment = "requirements"): string {
  return pythonIn(folderOf(environment));
}

function installJavascript(): Promise<string | undefined> {
  const folder = FOLDERS.javascript;
  return installOnce(
    path.join(folder, "node_modules"),
    [path.join(folder, "package-lock.json")],
    async () => {
      const PATH = `${path.dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;
      return runSteps([["npm", "ci", "--ignore-scripts"]], { cwd: folder, env: { PATH } });
    },
  );
}

async function installEnvironments(): Promise<string | undefined> {
  const missing = await missingPython();
  if (missing !== undefined) return missing;
  for (const environment of PYTHON_ENVIRONMENTS) {
    const lock = path.join(FOLDERS.python, `${environment}.txt`);
    const absent = await installPython(folderOf(environment), lock);
    if (absent !== undefined) return absent;
  }
  return undefined;
}

function folderOf(environment: PythonEnvironment): string {
  return path.join(FOLDERS.python, ".venv", environment);
}
