import type { Event } from "@rollcall/prober";
import type { Terminal } from "../terminal.ts";

/** One change of a deployment as the demo shows it; null where only its hint or warnings changed. */
export function printChange({ alias, deployment, from, to }: Event, terminal: Terminal): string | null {
  if (from === to) return null;
  const now = to === "ok" ? terminal.paint("green", "ready") : terminal.paint("red", to);
  return `${terminal.paint("bold", alias)} (${deployment}): ${from === "ok" ? "ready" : from} → ${now}\n`;
}
