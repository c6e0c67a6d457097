import type { Readable } from "node:stream";
import { pino, type DestinationStream, type Logger, type LoggerOptions } from "pino";
import { systemClock } from "./clock.ts";
import { BufferedLineWriter } from "./buffered-line-writer.ts";
import { LossyOutput } from "./lossy-output.ts";
import { WholeLines } from "./whole-lines.ts";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

type Service = "gateway" | "prober" | "control";

interface Output {
  /** A line is out when the call returns, as long as somebody reads. */
  readonly immediate: DestinationStream;
  readonly buffered: BufferedLineWriter;
  /** Standard error. */
  readonly errors: LossyOutput;
}

let output: Output | null = null;

/** Standard output, opened once: all loggers write through it, so that their lines stay in order. */
function standardOutput(service: Service): Output {
  if (output !== null) return output;
  const destination = new LossyOutput(process.stdout, (lines) => {
    pino(formatOf(service, "warn"), destination).warn(
      { lines },
      "log lines lost: they were not read in time",
    );
  });
  const buffered = new BufferedLineWriter(destination);
  const immediate = {
    write: (line: string) => {
      buffered.flush();
      destination.write(line);
    },
  };
  // Node itself warns there too, and whoever reads it may go away.
  const errors = new LossyOutput(process.stderr, () => {});
  process.on("exit", () => buffered.flush());
  output = { immediate, buffered, errors };
  return output;
}

/**
 * JSON lines on standard output: constant message, facts as fields, no hosts and no keys. Each is out when the call returns.
 * Who does not read them holds nothing up.
 */
export function openLog(service: Service, level = "info"): Logger {
  const redact = {
    paths: ["authorization", "headers.authorization", "api_key", "apiKey", "key", "*.apiKey"],
    censor: "[redacted]",
  };
  return pino({ ...formatOf(service, level), redact }, standardOutput(service).immediate);
}

/**
 * For what comes thousands of times a second: lines are up to 200 ms late, and lost where the process is killed. No redaction:
 * log only values that Rollcall produced, never what clients or backends sent.
 */
export function openAccessLog(service: Service, level = "info"): Logger {
  return pino(formatOf(service, level), standardOutput(service).buffered);
}

/**
 * Passes on what a process of ours writes, whole lines among our own. It must not write to our output itself: that is
 * made blocking whenever a process is started with it, and one that reads no more would then hold up all.
 */
export function relayOutput(
  service: Service,
  { stdout, stderr }: Readonly<Record<"stdout" | "stderr", Readable | null>>,
): void {
  const { errors, immediate } = standardOutput(service);
  relayLines(stdout, immediate);
  relayLines(stderr, errors);
}

function relayLines(source: Readable | null, sink: DestinationStream): void {
  const lines = new WholeLines();
  const pass = (text: string) => text !== "" && sink.write(text);
  source?.setEncoding("utf8").on("data", (piece: string) => pass(lines.take(piece)));
  source?.on("end", () => pass(lines.end()));
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
