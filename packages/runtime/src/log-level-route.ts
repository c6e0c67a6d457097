import type { LogLevelControl } from "./log-level.ts";
import { LOG_LEVELS, type LogLevel } from "./log-lines.ts";
import type { Log } from "./log.ts";

/** Where every daemon tells how much it logs, and takes orders: Envoy's path for it. */
export const LOGGING_PATH = "/logging";

/** Takes back what was ordered. */
const AS_CONFIGURED = "config";

/** How much is logged, and by what of the three: an order, the command line, the config. */
export interface LogLevelAnswer {
  readonly level: string;
  readonly by: LogLevelControl["by"];
}

export interface LogLevelRoute {
  readonly level: Pick<LogLevelControl, "by" | "level">;
  readonly log: Log;
  /** Null: as it would be without an order. */
  readonly order: (level: LogLevel | null) => void;
}

export const LEVELS_EXPECTED = `one of ${LOG_LEVELS.join(", ")}, or ${AS_CONFIGURED} for what the config says`;

/** Carries out an order; null where there is no such level. */
export function orderLogLevel(
  asked: string | undefined,
  { level, log, order }: LogLevelRoute,
): LogLevelAnswer | null {
  const wanted = asked === AS_CONFIGURED ? null : LOG_LEVELS.find((one) => one === asked);
  if (wanted === undefined) return null;
  order(wanted);
  const answer = tellLogLevel(level);
  log.info(answer, "log level ordered");
  return answer;
}

export function tellLogLevel({ level, by }: LogLevelRoute["level"]): LogLevelAnswer {
  return { level, by };
}
