import { isRoutable, printDuration, WARNINGS, type Drained } from "@rollcall/contract";
import type { DeploymentExplanation, Event, Explanation } from "@rollcall/prober";
import { paintState } from "./fleet-table.ts";
import type { Terminal } from "./terminal.ts";

/** For whoever was woken by it: the verdict first, then what it stands on, then what to do. */
export function printExplanation(explanation: Explanation, terminal: Terminal, now: number): string {
  const blocks = explanation.deployments.map((deployment) => printDeployment(deployment, terminal, now));
  return [printVerdict(explanation, terminal, now), ...blocks, ""].join("\n\n").replace(/\n+$/, "\n");
}

function printVerdict({ name, ready, deployments }: Explanation, terminal: Terminal, now: number): string {
  const state = ready ? terminal.paint("green", "is ready") : terminal.paint("red", "is unavailable");
  const [first, ...others] = deployments;
  if (first === undefined) return `${name} ${state}.`;
  const good = deployments.filter(isRoutable).length;
  const why =
    others.length > 0
      ? `${good} of ${deployments.length} deployments are ready`
      : `${first.reason} for ${printDuration(Math.max(0, now - first.since))}`;
  return `${terminal.paint("bold", name)} ${state}: ${why}.`;
}

function printDeployment(deployment: DeploymentExplanation, terminal: Terminal, now: number): string {
  const { deployment: id, apiBase, expected, since, lastGoodAt, meaning, detail, fix, drained } = deployment;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["Expected", [expected]],
    ["Found", [printFound(deployment)]],
    ["Since", [printTime(since, now)]],
    ["Drained", drained === undefined ? [] : [printDrained(drained, now)]],
    ["Last good", [lastGoodAt === null ? "never" : printTime(lastGoodAt, now)]],
    ["Server", printServer(deployment)],
    ["Load times", deployment.loadTimesMs.length === 0 ? [] : [printLoadTimes(deployment)]],
    ["Probes", deployment.exchanges.map(printExchange)],
    ["Missing", printMissing(deployment)],
    ["Meaning", [detail === "" || isRoutable(deployment) ? meaning : `${meaning} (${detail})`]],
    ["Fix", isRoutable(deployment) ? [] : [terminal.paint("bold", fix)]],
    ["Warnings", printWarnings(deployment, terminal)],
    ["Last changes", deployment.changes.map((change) => printChange(change, now))],
  ];
  const head = `${terminal.paint("bold", id)}  ${paintState(deployment, terminal)}  ${apiBase}`;
  return [
    head,
    ...rows.flatMap(([label, lines]) => printRow(terminal.paint("dim", `${label}:`), label, lines)),
  ].join("\n");
}

const LABEL_WIDTH = "Last changes:".length + 1;

/** The label once, its lines below each other beside it. */
export function printRow(painted: string, label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) =>
    index === 0
      ? `  ${painted}${" ".repeat(LABEL_WIDTH - label.length - 1)}${line}`
      : `  ${" ".repeat(LABEL_WIDTH)}${line}`,
  );
}

function printDrained({ since, by, reason, observed }: Drained, now: number): string {
  const why = reason === undefined ? "" : `: ${reason}`;
  return `${printTime(since, now)} by ${by}${why}; probes find: ${observed}`;
}

function printFound({ found, ready }: DeploymentExplanation): string {
  if (found.length === 0) return "nothing yet";
  return ready ? found.join(", ") : `${found.join(", ")} (last known)`;
}

function printServer({ kind, version, served, load }: DeploymentExplanation): readonly string[] {
  const { root = null, maxModelLen = null } = served ?? {};
  const kvUsage = load?.kvUsage ?? null;
  const facts = [
    kind === null ? null : [kind, version].filter((word) => word !== null).join(" "),
    root === null ? null : `root ${root}`,
    maxModelLen === null ? null : `context of ${maxModelLen} tokens`,
    load === null ? null : `${load.running} running, ${load.waiting} waiting`,
    kvUsage === null ? null : `KV cache ${Math.round(kvUsage * 100)} % full`,
  ].filter((fact) => fact !== null);
  return facts.length === 0 ? [] : [facts.join(", ")];
}

function printExchange({ at, path, outcome }: DeploymentExplanation["exchanges"][number]): string {
  return `${clockTime(at)}  ${path}  ${outcome}`;
}

/** The endpoints that its server does not have, and what showed it. */
function printMissing({ served, endpointExchanges }: DeploymentExplanation): readonly string[] {
  const missing = served?.missing ?? [];
  return missing.length === 0 ? [] : [missing.join(", "), ...endpointExchanges.map(printExchange)];
}

function printLoadTimes({ loadTimesMs, readyInMs }: DeploymentExplanation): string {
  const times = loadTimesMs.map(printDuration).join(", ");
  return readyInMs === undefined ? times : `${times}; probably ready in ${printDuration(readyInMs)}`;
}

function printWarnings({ warnings, notices }: DeploymentExplanation, terminal: Terminal): readonly string[] {
  return warnings.flatMap((warning) => {
    const detail = notices.find(({ code }) => code === warning)?.detail;
    const { meaning, fix } = WARNINGS[warning];
    return [
      `${terminal.paint("yellow", warning)}: ${meaning}${detail === undefined ? "" : ` (${detail})`}`,
      `  ${fix}`,
    ];
  });
}

function printChange({ at, from, to, detail, warnings }: Event, now: number): string {
  const what = from === to ? `still ${to}` : `${from} → ${to}`;
  const more = [detail, ...warnings].filter((text) => text !== "").join("; ");
  return `${printTime(at, now)}  ${what}${more === "" ? "" : `  ${more}`}`;
}

/** How long ago, and when: in UTC, as log lines have it. */
export function printTime(at: number, now: number): string {
  return `${printDuration(Math.max(0, now - at))} ago (${new Date(at).toISOString().slice(0, 19)}Z)`;
}

function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)}Z`;
}
