import type { Clock } from "@rollcall/contract";
import { joinLookups, type RequestLookup } from "../explain/request-explanation.ts";
import type { Worker } from "./worker-process.ts";

/** Who has not answered by then is left out. */
const ANSWER_MS = 1_000;

/** What these workers know of a request together. */
export async function lookUp(
  workers: readonly Pick<Worker, "lookUp">[],
  requestId: string,
  clock: Clock,
): Promise<RequestLookup> {
  const answered: RequestLookup[] = [];
  const enough = new AbortController();
  const asking = workers.map(async (worker) => {
    const lookup = await worker.lookUp(requestId);
    if (lookup !== null) answered.push(lookup);
  });
  await Promise.race([Promise.all(asking), clock.sleep(ANSWER_MS, enough.signal)]);
  enough.abort();
  return joinLookups([...answered]);
}
