import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";

const MINUTE = 60_000;

/** Where a file of the installed packages is. */
export function commandLine(file) {
  const found = path.join(import.meta.dirname, "node_modules", file);
  if (!existsSync(found)) throw new Error(`not installed: ${file}`);
  return found;
}

/** Runs it to its end in this directory, with nothing on its standard input: code and output. */
export async function runCommandLine(file, args, env) {
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const late = setTimeout(() => child.kill("SIGKILL"), MINUTE);
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  const [code] = await once(child, "close");
  clearTimeout(late);
  return { code, out, err };
}
