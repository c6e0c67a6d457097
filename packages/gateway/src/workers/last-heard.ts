import type { Clock } from "@rollcall/contract";
import type { Worker } from "./worker-process.ts";

/** Who has not answered by then does not say. */
const ANSWER_MS = 1_000;

/** How many milliseconds ago any of these workers heard of a server (Infinity: never); null where one does not say. */
export async function lastHeard(
  workers: readonly Pick<Worker, "lastHeard">[],
  origin: string,
  clock: Clock,
): Promise<number | null> {
  const enough = new AbortController();
  const answers = Promise.all(workers.map((worker) => worker.lastHeard(origin)));
  const agoMs = await Promise.race([
    answers.then((all) => Math.min(...all)),
    clock.sleep(ANSWER_MS, enough.signal).then(() => null),
  ]);
  enough.abort();
  return agoMs;
}
