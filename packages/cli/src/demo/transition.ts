import type { Terminal } from "../terminal.ts";

/** A log line as the demo tells it: changes of deployments, warnings and errors; null for all the rest. */
export function printTransition(line: string, terminal: Terminal): string | null {
  let entry: {
    msg?: unknown;
    level?: unknown;
    alias?: unknown;
    deployment?: unknown;
    from?: unknown;
    to?: unknown;
  };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return `${line}\n`;
  }
  if (entry.msg === "deployment changed") {
    const to = entry.to === "ok" ? terminal.paint("green", "ready") : terminal.paint("red", String(entry.to));
    const from = entry.from === "ok" ? "ready" : String(entry.from);
    return `${terminal.paint("bold", String(entry.alias))} (${String(entry.deployment)}): ${from} → ${to}\n`;
  }
  return entry.level === "error" ? `${String(entry.msg)}\n` : null;
}
