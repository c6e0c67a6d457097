import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Config, Environment } from "@rollcall/contract";
import { StartError } from "./exit-codes.ts";
import { printFileError } from "./file-look.ts";
import { STANDARD_INPUT } from "./standard-input.ts";

/**
 * Where the snapshot lies: `rollcall.state.file` (relative to the config), or a private directory of this user, under a
 * name that both daemons derive from the path of the config they were given; from the config itself where it has none.
 */
export function stateFile(config: Config, configFile: string, env: Environment): string {
  const absolute = path.resolve(configFile);
  if (config.state.file !== null) return path.resolve(path.dirname(absolute), config.state.file);
  const name = createHash("sha256")
    .update(configFile === STANDARD_INPUT ? config.checksum : absolute)
    .digest("hex")
    .slice(0, 12);
  const directory = env["STATE_DIRECTORY"] ?? env["XDG_RUNTIME_DIR"] ?? privateTemporary();
  return path.join(directory, `rollcall-state-${name}.json`);
}

/** A directory in /tmp that somebody else made first, or a link that they may turn, would let them write our verdicts. */
function privateTemporary(): string {
  const uid = os.userInfo().uid;
  const directory = path.join(os.tmpdir(), `rollcall-${uid}`);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(`cannot make ${directory}: ${printFileError(error)}; set rollcall.state.file`);
  }
  const { uid: owner, mode } = lstatSync(directory);
  if (owner !== uid || (mode & 0o022) !== 0) {
    throw new StartError(
      `${directory} belongs to another user or can be written by others: remove it, or set rollcall.state.file`,
    );
  }
  return directory;
}
