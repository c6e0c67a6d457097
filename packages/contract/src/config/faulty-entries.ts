import type { Config } from "./config.ts";
import type { Complaint } from "./problem.ts";

/** Is it about one entry of `model_list`, and such that the entry cannot be served? */
export function isEntryError({ severity, path }: Complaint): boolean {
  return severity === "error" && path[0] === "model_list" && typeof path[1] === "number";
}

interface Outcome {
  readonly config: Config;
  /** Is one not served only for now? */
  readonly waits: boolean;
  /** Original indexes of entries that are no servers of one's own. */
  readonly foreign: ReadonlySet<number>;
}

/**
 * An entry at fault is left out, and the others are served; where no other is there, the file is refused for it. Of an entry
 * that is not for Rollcall nothing is said but that.
 */
export function settleEntries(
  complaints: readonly Complaint[],
  { config, waits, foreign }: Outcome,
): readonly Complaint[] {
  const isServed = config.deployments.length > 0 || waits;
  return complaints.flatMap((complaint) => {
    const { path, message } = complaint;
    const isItself = path[0] === "model_list" && path.length === 2 && complaint.meaning === "left_out";
    if (path[0] === "model_list" && foreign.has(Number(path[1])) && !isItself) return [];
    if (!isServed || !isEntryError(complaint)) return [complaint];
    return [
      {
        path,
        severity: "warning",
        message: `${message}: the entry is left out`,
        meaning: "left_out",
      } as const,
    ];
  });
}
