import { isProven, printDuration, REASONS, type Verdict } from "@rollcall/contract";
import { printTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

type Row = Verdict & { readonly apiBase?: string };

/** The fleet as people read it: one line a deployment, and below it what to do about those that are out. */
export function printFleet(verdicts: readonly Row[], terminal: Terminal, now: number): string {
  const head = ["ALIAS", "DEPLOYMENT", "STATE", "SINCE", "EXPECTS", "SERVES", "AT"].map((title) =>
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
  ]);
  const advice = verdicts
    .filter((verdict) => !isProven(verdict))
    .map((verdict) => printAdvice(verdict, terminal));
  return [printTable([head, ...rows]), ...(advice.length === 0 ? [] : ["", ...advice]), ""].join("\n");
}

function paintState(verdict: Row, terminal: Terminal): string {
  if (isProven(verdict)) return terminal.paint("green", "ready");
  return terminal.paint(
    verdict.reason === "loading" || verdict.reason === "unknown" ? "yellow" : "red",
    verdict.reason,
  );
}

function printServed({ found, ready }: Row): string {
  const [first, ...others] = found;
  if (first === undefined) return "-";
  const names = others.length === 0 ? first : `${first} +${others.length}`;
  // Of one that does not answer it is what was seen last.
  return ready ? names : `(${names})`;
}

function printAdvice(verdict: Row, terminal: Terminal): string {
  const detail = verdict.detail === "" ? "" : ` (${verdict.detail})`;
  const hint = verdict.hint === "" ? REASONS[verdict.reason].fix : verdict.hint;
  return `${terminal.paint("bold", verdict.alias)}: ${REASONS[verdict.reason].meaning}${detail}\n  ${hint}`;
}
