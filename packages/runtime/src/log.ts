import { pino, type DestinationStream, type Logger, type LoggerOptions } from "pino";
import { systemClock } from "./clock.ts";
import { BufferedLineWriter } from "./buffered-line-writer.ts";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

type Service = "gateway" | "prober";

interface Output {
  /** A line is out when the call returns. */
  readonly immediate: DestinationStream;
  readonly buffered: BufferedLineWriter;
}

let output: Output | null = null;

/** Standard output, opened once: all loggers write through it, so that their lines stay in order. */
function standardOutput(): Output {
  if (output !== null) return output;
  const destination = pino.destination({ dest: 1, sync: true });
  const buffered = new BufferedLineWriter(destination);
  const immediate = {
    write: (line: string) => {
      buffered.flush();
      destination.write(line);
    },
  };
  process.on("exit", () => buffered.flush());
  output = { immediate, buffered };
  return output;
}

/** JSON lines on standard output: constant message, facts as fields, no hosts and no keys. Each is out when the call returns. */
export function openLog(service: Service, level = "info"): Logger {
  const redact = {
    paths: ["authorization", "headers.authorization", "api_key", "apiKey", "key", "*.apiKey"],
    censor: "[redacted]",
  };
  return pino({ ...formatOf(service, level), redact }, standardOutput().immediate);
}

/**
 * For what comes thousands of times a second: lines are up to 200 ms late, and lost where the process is killed. No redaction:
 * log only values that Rollcall produced, never what clients or backends sent.
 */
export function openAccessLog(service: Service, level = "info"): Logger {
  return pino(formatOf(service, level), standardOutput().buffered);
}

function formatOf(service: Service, level: string): LoggerOptions {
  return {
    level,
    base: { service },
    timestamp: printTime,
    formatters: { level: (label) => ({ level: label }) },
  };
}

const printed = { at: 0, text: "" };

/** The field of a line that says when, in ISO 8601. Many lines are of the same millisecond. */
function printTime(): string {
  const now = systemClock.now();
  if (now !== printed.at) {
    printed.at = now;
    printed.text = `,"time":"${new Date(now).toISOString()}"`;
  }
  return printed.text;
}

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** For tests and tools that want none. */
export const silentLog: Log = pino({ level: "silent" });
