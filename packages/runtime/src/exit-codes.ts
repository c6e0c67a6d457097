/** Exit codes of every process of ours; printed by `rollcall --help`. */
export const EXIT = {
  /** Success. */
  ok: 0,
  /** Could not start, or could not do what was asked. */
  failed: 1,
  /** `wait` ran out of time. */
  timeout: 2,
  /** `explain` was asked for an alias or a deployment that there is not. */
  unknownName: 2,
  /** Stopped before running requests had ended. */
  unclean: 3,
  /** Invalid command line or config (`EX_USAGE`). */
  usage: 64,
} as const;

/** A failure that a person is told in one line, without a stack. */
export class StartError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = "StartError";
    this.exitCode = exitCode;
  }
}
