import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../test/documents.ts";

const run = promisify(execFile);

/** The files of this checkout as they are, in another directory, as a commit of its own. Throws with git's words. */
export async function copyCheckout(to: string): Promise<void> {
  const { stdout } = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
  });
  for (const file of stdout.split("\0").filter(Boolean)) {
    mkdirSync(path.join(to, path.dirname(file)), { recursive: true });
    copyFileSync(path.join(ROOT, file), path.join(to, file));
  }
  const git = async (...args: readonly string[]) =>
    run("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], { cwd: to });
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "as it is");
}
