interface Stoppable {
  /** Resolves with an exit code when it ends by itself. */
  readonly ended: Promise<number>;
  /** Ends it in order; resolves with the exit code. */
  stop(): Promise<number>;
  stopNow(): void;
}

/** One Ctrl-C may reach us twice: from the terminal, and from npm, which passes it on. */
const SAME_KEY_MS = 500;

/** Runs until Ctrl-C or SIGTERM, or until it ends by itself. A second signal does not wait for anything. */
export async function untilInterrupted(running: Stoppable): Promise<number> {
  const asked = Promise.withResolvers<"asked">();
  let first = 0;
  const onSignal = () => {
    if (first === 0) {
      first = performance.now();
      asked.resolve("asked");
    } else if (performance.now() - first > SAME_KEY_MS) {
      running.stopNow();
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    const outcome = await Promise.race([asked.promise, running.ended]);
    const stopped = await running.stop();
    return outcome === "asked" ? stopped : outcome;
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
