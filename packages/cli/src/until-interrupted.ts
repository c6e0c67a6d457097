import { onStopRequest } from "@rollcall/runtime";

interface Stoppable {
  /** Resolves with an exit code when it ends by itself. */
  readonly ended: Promise<number>;
  /** Ends it in order; resolves with the exit code. */
  stop(): Promise<number>;
  stopNow(): void;
}

/** Runs until Ctrl-C or SIGTERM, or until it ends by itself. A second signal does not wait for anything. */
export async function untilInterrupted(running: Stoppable): Promise<number> {
  const asked = Promise.withResolvers<"asked">();
  const listenNoMore = onStopRequest({ first: () => asked.resolve("asked"), again: () => running.stopNow() });
  try {
    const outcome = await Promise.race([asked.promise, running.ended]);
    const stopped = await running.stop();
    return outcome === "asked" ? stopped : outcome;
  } finally {
    listenNoMore();
  }
}
