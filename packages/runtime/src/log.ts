import { pino, type Logger } from "pino";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

/** JSON lines on standard output: constant message, facts as fields, no hosts and no keys. */
export function openLog(service: "gateway" | "prober", level = "info"): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ["authorization", "headers.authorization", "api_key", "apiKey", "key", "*.apiKey"],
      censor: "[redacted]",
    },
  });
}

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** For tests and tools that want none. */
export const silentLog: Log = pino({ level: "silent" });
