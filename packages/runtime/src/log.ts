import type { Readable } from "node:stream";
import { pino, type DestinationStream, type Logger, type LoggerOptions } from "pino";
import { systemClock } from "./clock.ts";
import { BufferedLineWriter, type LineSink } from "./buffered-line-writer.ts";
import type { StartError } from "./exit-codes.ts";
import { FlatLog, type FlatFacts, type InfoLog } from "./flat-log.ts";
import { forJournal } from "./journal.ts";
import { asText } from "./log-lines.ts";
import { LogLevelControl, type LogSettings, type LogSettingsCell } from "./log-level.ts";
import { LossyOutput } from "./lossy-output.ts";
import { complaintsOf } from "./settings-status.ts";
import { WholeLines } from "./whole-lines.ts";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

export type Service = "gateway" | "prober" | "control";

interface Output {
  /** A line is out when the call returns, as long as somebody reads. */
  readonly immediate: DestinationStream;
  readonly buffered: BufferedLineWriter;
  /** Standard error. */
  readonly errors: LineSink;
}

let output: Output | null = null;

let isText = false;

function setFormat({ config }: LogSettings): void {
  isText = config.log.format === "text";
}

/** Standard output, opened once: all loggers write through it, so that their lines stay in order. */
function standardOutput(service: Service): Output {
  if (output !== null) return output;
  const lossy = new LossyOutput(process.stdout, (lines) => {
    pino(formatOf(service, "warn"), destination).warn(
      { lines },
      "log lines lost: they were not read in time",
    );
  });
  const destination = dressed(lossy, process.stdout);
  const buffered = new BufferedLineWriter(destination);
  const immediate = {
    write: (line: string) => {
      buffered.flush();
      destination.write(line);
    },
  };
  // Node itself warns there too, and whoever reads it may go away.
  const errors = dressed(new LossyOutput(process.stderr, () => {}), process.stderr);
  process.on("exit", () => buffered.flush());
  output = { immediate, buffered, errors };
  return output;
}

/** Lines on their way to a stream, in the log's format and, where journald reads it, with their priorities. */
function dressed(sink: LineSink, stream: { readonly fd: number }): LineSink {
  const destination = forJournal(sink, stream);
  return { write: (lines: string) => destination.write(isText ? asText(lines) : lines) };
}

/** Says why a process does not start, in the log's own format, whatever its level: on standard error, as ever. */
export function logStartError(service: Service, { message }: Pick<StartError, "message">): void {
  const { errors } = standardOutput(service);
  pino(formatOf(service, "fatal"), errors).fatal({ complaints: complaintsOf(message) }, "cannot start");
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
export function openAccessLog(service: Service, facts: FlatFacts = {}): FlatLog {
  return new FlatLog({ sink: standardOutput(service).buffered, printTime, base: { service, ...facts } });
}

/** The log of a daemon, and who says how much is in it. */
export interface DaemonLogs {
  readonly log: Log;
  /** A line for every request, where the config wants them. */
  readonly accessLog: InfoLog;
  readonly level: LogLevelControl;
}

/** `level`: as the command line has it. `facts`: in every line, such as which worker it is of. */
export function openDaemonLogs(
  service: Service,
  {
    level = null,
    facts = {},
  }: { readonly level?: string | null | undefined; readonly facts?: FlatFacts } = {},
): DaemonLogs {
  const log = openLog(service).child(facts);
  const accessLog = openAccessLog(service, facts);
  return { log, accessLog, level: new LogLevelControl([log, accessLog], level) };
}

/**
 * Level and format as the settings in force have them, from now on. A worker's lines stay JSON: whoever passes them on sees
 * to the format.
 */
export function followLogSettings({ level }: Pick<DaemonLogs, "level">, settings: LogSettingsCell): void {
  level.follow(settings);
  setFormat(settings.get());
  settings.subscribe(setFormat);
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

/** For tests and tools that want none. */
export const silentLog: Log = pino({ level: "silent" });
