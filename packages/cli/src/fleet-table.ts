import { isRoutable, printDuration, REASONS, WARNINGS, type Kind, type Verdict } from "@rollcall/contract";
import { printTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

type Row = Verdict & {
  readonly apiBase?: string;
  /** Null: not known yet. */
  readonly kind?: Kind | null;
  readonly notices?: readonly { readonly code: string; readonly detail: string }[];
};

/**
 * The fleet as people read it: one line a deployment, and below it what to do about those that are out and about those
 * that warn.
 */
export function printFleet(verdicts: readonly Row[], terminal: Terminal, now: number): string {
  const head = ["ALIAS", "DEPLOYMENT", "STATE", "SINCE", "EXPECTS", "SERVES", "AT", "KIND"].map((title) =>
    terminal.paint("dim", title),
  );
  const rows = verdicts.map((verdict) => [
    terminal.paint("bold", verdict.alias),
    verdict.deployment,
    paintState(verdict, terminal),
    printDuration(Math.max(0, now - verdict.since)),
    verdict.expected,
    printServed(verdict),
    verdict.apiBase ?? "",
    verdict.kind ?? verdict.served?.kind ?? "",
  ]);
  const advice = verdicts.flatMap((verdict) => [
    ...(isRoutable(verdict) ? [] : [printAdvice(verdict, terminal)]),
    ...verdict.warnings.map((warning) => printWarning(verdict, warning, terminal)),
  ]);
  return [printTable([head, ...rows]), ...(advice.length === 0 ? [] : ["", ...advice]), ""].join("\n");
}

/** One word, in the colour of how bad it is. */
export function paintState(verdict: Verdict, terminal: Terminal): string {
  if (isRoutable(verdict)) return terminal.paint(verdict.warnings.length === 0 ? "green" : "yellow", "ready");
  const colour = REASONS[verdict.reason].severity === "info" ? "yellow" : "red";
  return terminal.paint(colour, verdict.reason);
}

function printServed({ found, ready }: Row): string {
  const [first, ...others] = found;
  if (first === undefined) return "-";
  const names = others.length === 0 ? first : `${first} +${others.length}`;
  // Of one that does not answer it is what was seen last.
  return ready ? names : `(${names})`;
}

function printAdvice(verdict: Row, terminal: Terminal): string {
  const { drained } = verdict;
  const observed = drained === undefined ? "" : `; probes find: ${drained.observed}`;
  const detail = verdict.detail === "" ? "" : ` (${verdict.detail}${observed})`;
  const hint = verdict.hint === "" ? REASONS[verdict.reason].fix : verdict.hint;
  const subject = drained === undefined ? verdict.alias : `${verdict.alias} (${verdict.deployment})`;
  return `${terminal.paint("bold", subject)}: ${REASONS[verdict.reason].meaning}${detail}\n  ${hint}`;
}

function printWarning(
  { alias, deployment, notices = [] }: Row,
  warning: Verdict["warnings"][number],
  terminal: Terminal,
): string {
  const detail = notices.find(({ code }) => code === warning)?.detail;
  const { meaning, fix } = WARNINGS[warning];
  return `${terminal.paint("bold", alias)} (${deployment}) ${terminal.paint("yellow", warning)}: ${meaning}${detail === undefined ? "" : ` (${detail})`}\n  ${fix}`;
}
