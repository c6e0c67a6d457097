import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { PYTHON_ENVIRONMENTS, type Client, type Language, type PythonEnvironment } from "./clients.ts";
import { run, type Finished } from "./program.ts";

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

type Step = readonly [command: string, ...args: string[]];

/** Installs what its lock says, unless that is there already. */
export async function install(language: Language): Promise<Installed> {
  const began = performance.now();
  const absent = await (language === "javascript" ? installJavascript() : installPython());
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
  return path.join(FOLDERS.python, ".venv", environment, "bin/python");
}

function installJavascript(): Promise<string | undefined> {
  const folder = FOLDERS.javascript;
  return unlessDone(path.join(folder, "node_modules"), [path.join(folder, "package-lock.json")], async () => {
    const PATH = `${path.dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;
    return steps([["npm", "ci", "--ignore-scripts"]], { cwd: folder, env: { PATH } });
  });
}

async function installPython(): Promise<string | undefined> {
  const found = await run("python3", ["-c", "import sys, venv; print(sys.version_info >= (3, 10))"]);
  if (found.code !== 0) return `Python is not installed: ${firstLine(found.err)}`;
  if (!found.out.includes("True")) return "Python is older than 3.10";
  for (const environment of PYTHON_ENVIRONMENTS) {
    const folder = path.join(FOLDERS.python, ".venv", environment);
    const requirements = path.join(FOLDERS.python, `${environment}.txt`);
    const absent = await unlessDone(folder, [requirements], () => {
      const python = path.join(folder, "bin/python");
      return steps([
        ["python3", "-m", "venv", "--clear", folder],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV],
        [
          python,
          "-m",
          "uv",
          "pip",
          "install",
          "--quiet",
          "--python",
          python,
          "--no-deps",
          "-r",
          requirements,
        ],
      ]);
    });
    if (absent !== undefined) return absent;
  }
  return undefined;
}

/** Installs many times faster than pip. */
const UV = "uv==0.13.9";

/** Installed again only where the lock has changed since: its digest is left in the folder. */
async function unlessDone(
  folder: string,
  locks: readonly string[],
  doIt: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const mark = path.join(folder, ".installed");
  const digest = createHash("sha256");
  for (const lock of locks) digest.update(readFileSync(lock));
  const wanted = digest.digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return undefined;
  const fault = await doIt();
  if (fault === undefined) writeFileSync(mark, wanted);
  return fault;
}

async function steps(
  all: readonly Step[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<string | undefined> {
  for (const [command, ...args] of all) {
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

const firstLine = (text: string): string => text.trim().split("\n", 1)[0] ?? "";
const lastLines = ({ out, err }: Finished): string =>
  (err.trim() || out.trim()).split("\n").slice(-3).join(" ");
