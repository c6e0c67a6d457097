import type { TerminateAs } from "@rollcall/simulator";
import { CUTS_TOLD, type Fault } from "./fault.ts";

/** Fewer than come while it is slow: the others are queued. */
const MAX_NUM_SEQS = 6;

/** So slow, for so long, that requests pile up. */
const SLOW_TOKENS_PER_SECOND = 8;
const SLOW_MS = 800;

const ENDS: Readonly<Record<TerminateAs, string>> = {
  aborted: "running ones end with finish_reason abort, queued ones without any",
  silent: "running and queued ones stay open without a word, while its port refuses",
};

/** vLLM's SIGTERM, in both of its ways, with streams that run and streams that wait. */
export const SHUTDOWN: readonly Fault[] = (["aborted", "silent"] as const).map((as) => ({
  name: as === "aborted" ? "sigterm-vllm" : "sigterm-vllm-silent",
  title: as === "aborted" ? "vLLM's SIGTERM, with a queue" : "vLLM's SIGTERM, streams left silent",
  does: `a busy replica is asked to end as vLLM does it: ${ENDS[as]}`,
  expected: CUTS_TOLD,
  watch: "bad",
  maxNumSeqs: MAX_NUM_SEQS,
  strike: async ({ bad, pause }) => {
    bad.control.setSpeed({ tokensPerSecond: SLOW_TOKENS_PER_SECOND });
    await pause(SLOW_MS);
    await bad.control.terminate({ as });
  },
}));
