import type { Terminal } from "./terminal.ts";

/** A daemon's JSON log line as one that people read; what is no such line stays as it is. */
export function printLogLine(line: string, terminal: Terminal): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { level, time, service, msg, complaints, ...facts } = entry;
  if (typeof msg !== "string" || typeof time !== "string") return line;
  const clock = time.slice(11, 19);
  const style = level === "error" || level === "fatal" ? "red" : level === "warn" ? "yellow" : "dim";
  const details = Object.entries(facts)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
  const below = Array.isArray(complaints) ? complaints.map((one) => `\n  ${String(one)}`).join("") : "";
  return `${terminal.paint("dim", clock)} ${terminal.paint(style, String(service).padEnd(7))} ${msg}${details === "" ? "" : ` ${terminal.paint("dim", details)}`}${below}`;
}
