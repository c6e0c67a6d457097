import {
  isRoutable,
  printPath,
  type Compatibility,
  type Config,
  type ProblemGroup,
  type Verdict,
} from "@rollcall/contract";

export interface Said {
  readonly groups: readonly ProblemGroup[];
  /** Secrets that cannot be read here. */
  readonly unread: readonly string[];
  /** Why anybody could use the gateway. */
  readonly exposed: readonly string[];
  readonly counts: { readonly errors: number; readonly warnings: number };
  readonly compatibility: Compatibility | null;
  /** Null where nothing was probed. */
  readonly verdicts: readonly Verdict[] | null;
}

/** What `rollcall check --json` prints: `problems` once each with all places, and the compatibility report. */
export function jsonReport(
  file: string,
  config: Config | null,
  { groups, unread, exposed, counts, compatibility, verdicts }: Said,
): object {
  return {
    file,
    ...counts,
    aliases: config?.aliases.size ?? 0,
    deployments: config?.deployments.length ?? 0,
    backends: config?.backends.length ?? 0,
    problems: [
      ...groups.map(({ problem: { severity, meaning, path, message, at }, also }) => ({
        severity,
        meaning: meaning ?? null,
        setting: printPath(path),
        message,
        at: [at, ...also],
      })),
      ...unread.map((message) => ({ severity: "warning", meaning: null, setting: "", message, at: [] })),
      ...exposed.map((message) => ({ severity: "error", meaning: null, setting: "", message, at: [] })),
    ],
    compatibility,
    probe:
      verdicts?.map((verdict) => ({
        deployment: verdict.deployment,
        alias: verdict.alias,
        reason: verdict.reason,
        isRoutable: isRoutable(verdict),
      })) ?? null,
  };
}
