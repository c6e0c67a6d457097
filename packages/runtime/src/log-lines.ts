/** One level of a log, from the most to the least that is told. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Syslog's, by the first letter of a level (sd-daemon(3)): debug, info, warn, error, fatal. */
const PRIORITIES: Readonly<Record<string, number>> = { d: 7, i: 6, w: 4, e: 3, f: 2 };

/** Where a line says its level: as JSON, or as text behind the time. */
const LEVEL = /^(?:\{"level":"|\d{4}-\d\d-\d\dT\S+ )([diwef])/;

/**
 * Each line with its priority in front, as journald takes it from whoever writes to it. `other` is for lines without a
 * level; null leaves them as they are.
 */
export function withPriorities(lines: string, other: number | null): string {
  return forEachLine(lines, (line) => {
    const letter = LEVEL.exec(line)?.[1];
    const priority = letter === undefined ? other : (PRIORITIES[letter] ?? other);
    return priority === null ? line : `<${priority}>${line}`;
  });
}

/** JSON lines as people read them: time, level, service, message, facts. What is no such line stays as it is. */
export function asText(lines: string): string {
  return forEachLine(lines, (line) => {
    const entry = parse(line);
    if (entry === null) return line;
    const { level, time, service, msg, ...facts } = entry;
    const told = Object.entries(facts).map(([name, value]) => ` ${name}=${printFact(value)}`);
    return `${String(time)} ${String(level).padEnd(5)} ${String(service)} ${String(msg)}${told.join("")}`;
  });
}

/** By hand: to a regular expression U+2028 begins a line too. */
function forEachLine(lines: string, change: (line: string) => string): string {
  return lines
    .split("\n")
    .map((line) => (line === "" ? line : change(line)))
    .join("\n");
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    return typeof value["msg"] === "string" && typeof value["time"] === "string" ? value : null;
  } catch {
    return null;
  }
}

/** As logfmt has it: in quotes where it would not be one word. */
function printFact(value: unknown): string {
  const written = JSON.stringify(value);
  return typeof value === "string" && written === `"${value}"` && /^[^\s=]+$/.test(value) ? value : written;
}
