/** Why a prober is asked to look at once: requests have failed, or a stream has fallen silent, which proves nothing yet. */
export type ProbeCause = "fault" | "silence";

/** Where a prober is asked for it (POST). A prober that knows no causes takes each for a fault. */
export function probeNowPath(deployment: string, cause: ProbeCause): string {
  const path = `/probe/${encodeURIComponent(deployment)}`;
  return cause === "fault" ? path : `${path}?cause=${cause}`;
}
