import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a program says of its version. Null when it is not there. */
export async function versionOf(
  program: string,
  args: readonly string[],
  pattern: RegExp,
): Promise<string | null> {
  try {
    const { stdout, stderr } = await run(program, [...args], { timeout: 60_000 });
    return pattern.exec(stdout + stderr)?.[1] ?? null;
  } catch {
    return null;
  }
}
