import { EXIT } from "./exit-codes.ts";
import type { Log } from "./log.ts";
import { onStopRequest, type StopHandlers } from "./stop-requests.ts";

/** One thing to be ended. `true`: cleanly; `false`: something had to be cut off. */
export interface ShutdownStep {
  readonly name: string;
  run(): Promise<boolean>;
}

/** Runs the steps in order, each even where one before it failed, and returns the exit code. */
export async function shutDown(steps: readonly ShutdownStep[], log: Log): Promise<number> {
  let clean = true;
  for (const step of steps) {
    try {
      clean = (await step.run()) && clean;
    } catch (error) {
      log.error(
        { step: step.name, error: error instanceof Error ? error.message : String(error) },
        "shutdown step failed",
      );
      clean = false;
    }
  }
  return clean ? EXIT.ok : EXIT.unclean;
}

/**
 * Resolves at the first SIGTERM or SIGINT, or when the process that started us is gone, unless it is to be outlived. A second
 * signal ends the process at once.
 */
export function untilSignalled(
  log: Log,
  { outlivesParent = false }: Pick<StopHandlers, "outlivesParent"> = {},
): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    onStopRequest({
      outlivesParent,
      first: resolve,
      again: (signal) => {
        log.warn({ signal }, "second signal; exiting now");
        process.exit(EXIT.unclean);
      },
    });
  });
}
