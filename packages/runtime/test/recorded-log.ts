import { pino } from "pino";
import type { Log } from "../src/log.ts";

export interface RecordedLog {
  readonly log: Log;
  /** What was logged: level, message and fields. */
  readonly lines: readonly Record<string, unknown>[];
}

export function recordedLog(): RecordedLog {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => {
    const { pid: _, hostname: __, time: ___, ...said } = JSON.parse(line) as Record<string, unknown>;
    lines.push(said);
  };
  return { log: pino({ level: "debug", formatters: { level: (level) => ({ level }) } }, { write }), lines };
}
