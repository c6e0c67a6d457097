import type { Usage } from "../count/arrivals.ts";
import type { Tally } from "../count/tally.ts";
import type { Fault } from "../rows/fault.ts";
import type { Entry } from "../wall.ts";

/** Everything that was counted for one fault and one system, in one line. */
export function printEntry(fault: Fault, entry: Entry): string {
  if ("failure" in entry) return `did not run: ${entry.failure.split("\n", 1)[0]}`;
  if (entry.cell === null) return "–";
  const { tally, usage, reasons, shortfalls } = entry.cell;
  const parts = [
    `${tally.error} err`,
    ...printCuts(tally),
    ...printUsage(fault, usage),
    ...(fault.name === "slow" ? [`p95 ${tally.p95Ms} ms`] : []),
    [...new Set([...reasons, ...tally.reasons])].join(", "),
  ];
  return `${shortfalls.length === 0 ? "✓" : "✗"} ${parts.filter((part) => part !== "").join(" · ")}`;
}

function printCuts({ told, broken, hidden }: Tally): string[] {
  const kinds = [
    [told, "told"],
    [broken, "broken"],
    [hidden, "hidden"],
  ] as const;
  const cuts = kinds.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`);
  return cuts.length === 0 ? [] : [`cut: ${cuts.join(" ")}`];
}

function printUsage({ watch }: Fault, usage: Usage | null): string[] {
  if (usage === null) return [];
  const { offMs, hits, backMs } = usage;
  const back = backMs === null ? "back never" : `back ${seconds(backMs)}`;
  if (watch === "back") return [back];
  return [offMs === null ? `off never (${hits})` : `off ${seconds(offMs)} (${hits})`, back];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
