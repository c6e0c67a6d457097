import type { Expected, Fault } from "../rows/fault.ts";
import type { Usage } from "./arrivals.ts";
import type { Tally } from "./tally.ts";

/** What falls short of the best that could be had. */
export function judge(
  { expected, watch }: Pick<Fault, "expected" | "watch">,
  counts: Tally,
  usage: Usage | null,
): readonly string[] {
  return [
    ...judgeErrors(expected, counts),
    ...judgeCuts(expected, counts),
    ...(usage === null || usage.backMs !== null ? [] : ["not used again"]),
    ...(usage !== null && usage.offMs === null && watch !== "back" ? ["used to the end of the fault"] : []),
  ];
}

function judgeErrors({ errors }: Expected, { error }: Tally): string[] {
  if (error === 0 || errors === "unavoidable") return [];
  return [`${error} errors although a good replica was left`];
}

function judgeCuts({ cuts }: Expected, { told, broken, hidden }: Tally): string[] {
  const untold = broken + hidden;
  return [
    ...(untold > 0 ? [`${untold} cut without an error event`] : []),
    ...(told > 0 && cuts === "none" ? [`${told} cut although nothing had to be`] : []),
  ];
}
