import { controlFiles } from "@rollcall/runtime";
import type { Check } from "../check.ts";
import { isOurs } from "../daemon.ts";
import { fails, fine, warns, type Finding } from "../finding.ts";
import type { Site } from "../site.ts";
import { statsOf } from "../stats-of.ts";
import { whyNotWritable } from "../writable.ts";

export interface ControlFacts {
  readonly directory: string;
  /** Null where it is not there. */
  readonly mode: number | null;
  /** Why control cannot write there; null where it can. */
  readonly unwritable: string | null;
  readonly hasDatabase: boolean;
  readonly hasSocket: boolean;
  readonly controlRuns: boolean;
}

/** Where control keeps the virtual keys; nothing where the config has none. */
export const controlCheck: Check<ControlFacts | null> = {
  name: "control",
  gather: gatherControl,
  judge(facts) {
    if (facts === null) return [];
    const { directory, mode, unwritable, hasDatabase, hasSocket, controlRuns } = facts;
    if (mode === null)
      return controlRuns
        ? [fails(directory, "is not there, though control runs", SAME)]
        : [fine(directory, "is not there yet: control makes it")];
    const said: Finding[] = [];
    if ((mode & 0o077) !== 0)
      said.push(
        fails(
          directory,
          "can be entered by other users: digests of all keys are in it",
          `chmod 700 ${directory}`,
        ),
      );
    if (unwritable !== null) said.push(fails(directory, `cannot be written: ${unwritable}`, SAME));
    if (controlRuns && !hasSocket)
      said.push(fails(directory, "has no socket, though control runs: gateways cannot follow it", SAME));
    if (!hasDatabase)
      said.push(
        warns(
          directory,
          "has no database: no virtual key is known",
          "Restore a backup, or make keys: `rollcall keys create`.",
        ),
      );
    return said.length > 0 ? said : [fine(directory, "is control's alone, and has its database")];
  },
};

const SAME = "Run control and gateways of this host as the same user, with the same config path.";

function gatherControl({ config, configFile, env, daemons }: Site): ControlFacts | null {
  if (!config.keys.enabled) return null;
  const { directory, socket, database } = controlFiles(config, configFile, env);
  const control = daemons.find(({ name }) => name === "control");
  return {
    directory,
    mode: statsOf(directory)?.mode ?? null,
    unwritable: whyNotWritable(directory),
    hasDatabase: statsOf(database) !== null,
    hasSocket: statsOf(socket)?.isSocket() ?? false,
    controlRuns: control !== undefined && isOurs(control),
  };
}
