import path from "node:path";
import { installOnce, runSteps } from "./install-once.ts";
import { run } from "./program.ts";

/** Installs many times faster than pip. */
const UV = "uv==0.13.9";

/** Why there is no Python to install into; undefined where there is. */
export async function missingPython(): Promise<string | undefined> {
  const found = await run("python3", ["-c", "import sys, venv; print(sys.version_info >= (3, 10))"]);
  if (found.code !== 0) return `Python is not installed: ${found.err.trim().split("\n", 1)[0] ?? ""}`;
  return found.out.includes("True") ? undefined : "Python is older than 3.10";
}

/** A virtual environment with what a lock (`requirements.txt`) says; resolves with why it could not be made. */
export function installPython(folder: string, lock: string): Promise<string | undefined> {
  const python = pythonIn(folder);
  return installOnce(folder, [lock], () =>
    runSteps([
      ["python3", "-m", "venv", "--clear", folder],
      [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV],
      [python, "-m", "uv", "pip", "install", "--quiet", "--python", python, "--no-deps", "-r", lock],
    ]),
  );
}

export function pythonIn(folder: string): string {
  return path.join(folder, "bin/python");
}
