import { createHash } from "node:crypto";
import os from "node:os";
import path from "node:path";
import type { Config, Environment } from "@rollcall/contract";

/** What control and gateways of one host share, each an absolute path. All of it lies in one directory of control's own. */
export interface ControlFiles {
  /** Mode 0700. */
  readonly directory: string;
  /** Where the key set and the ledger are served. */
  readonly socket: string;
  /** What a gateway shows there, where the config has no `rollcall.control.token`. */
  readonly token: string;
  readonly database: string;
}

/**
 * Beside `rollcall.state.file`, where the config has it; else in the state directory of the service or of this user, under
 * a name that all daemons derive from the path of the config. Unlike the snapshot it has to outlive the machine's next start.
 */
export function controlFiles(config: Config, configFile: string, env: Environment): ControlFiles {
  const directory = controlDirectory(config, path.resolve(configFile), env);
  return {
    directory,
    socket: path.join(directory, "control.sock"),
    token: path.join(directory, "token"),
    database: path.join(directory, "keys.sqlite"),
  };
}

function controlDirectory({ state }: Config, configFile: string, env: Environment): string {
  if (state.file !== null)
    return path.join(path.dirname(path.resolve(path.dirname(configFile), state.file)), "control");
  const name = `control-${createHash("sha256").update(configFile).digest("hex").slice(0, 12)}`;
  const { STATE_DIRECTORY: ofService, XDG_STATE_HOME: ofUser } = env;
  if (ofService !== undefined) return path.join(ofService, name);
  return path.join(ofUser ?? path.join(env["HOME"] ?? os.homedir(), ".local", "state"), "rollcall", name);
}
