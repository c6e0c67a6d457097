import { parseByteSize } from "./byte-size.ts";
import type { Config, GatewayConfig, ProberConfig, QueueConfig } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import { parseDuration, printDuration } from "./duration.ts";
import { error, type Complaint, type Path } from "./problem.ts";
import type { WrittenRollcall } from "./written-rollcall.ts";

type RollcallConfig = Pick<Config, "prober" | "gateway" | "state" | "queue" | "envFile">;

/** Reads `rollcall:`, filling in defaults and settling units. */
export function readRollcall(written: WrittenRollcall, complaints: Complaint[]): RollcallConfig {
  return {
    prober: readProber(written.prober ?? {}, complaints),
    gateway: readGateway(written.gateway ?? {}, complaints),
    state: {
      file: written.state?.file ?? null,
      probers: readProbers(written.state?.probers ?? [], complaints),
      onStale: written.state?.on_stale ?? "keep",
    },
    queue: readQueue(written.queue ?? {}, complaints),
    envFile: written.env_file ?? null,
  };
}

type DurationKey =
  | "interval"
  | "not_ready_interval"
  | "max_interval"
  | "timeout"
  | "load_time"
  | "stall_time";

function readProber(written: NonNullable<WrittenRollcall["prober"]>, complaints: Complaint[]): ProberConfig {
  const { prober: defaults } = DEFAULTS;
  const duration = (key: DurationKey, fallbackMs: number) =>
    readDuration({ path: ["rollcall", "prober", key], written: written[key], fallbackMs }, complaints);
  return {
    host: written.host ?? defaults.host,
    port: written.port ?? defaults.port,
    intervalMs: duration("interval", defaults.intervalMs),
    notReadyIntervalMs: duration("not_ready_interval", defaults.notReadyIntervalMs),
    maxIntervalMs: duration("max_interval", defaults.maxIntervalMs),
    timeoutMs: duration("timeout", defaults.timeoutMs),
    failures: written.failures ?? defaults.failures,
    successes: written.successes ?? defaults.successes,
    concurrency: written.concurrency ?? defaults.concurrency,
    loadTimeMs: duration("load_time", defaults.loadTimeMs),
    stallTimeMs: duration("stall_time", defaults.stallTimeMs),
  };
}

function readGateway(
  written: NonNullable<WrittenRollcall["gateway"]>,
  complaints: Complaint[],
): GatewayConfig {
  const { gateway: defaults } = DEFAULTS;
  const duration = (
    key: "drain" | "settle" | "idle_timeout" | "slow_start",
    fallbackMs: number,
    leastMs?: number,
  ) =>
    readDuration(
      { path: ["rollcall", "gateway", key], written: written[key], fallbackMs, leastMs },
      complaints,
    );
  return {
    host: written.host ?? defaults.host,
    port: written.port ?? defaults.port,
    maxBodyBytes: readSize(written.max_body, complaints),
    // None of these three has to be: 0 drains nothing, settles not, starts at once.
    drainMs: duration("drain", defaults.drainMs, 0),
    settleMs: duration("settle", defaults.settleMs, 0),
    slowStartMs: duration("slow_start", defaults.slowStartMs, 0),
    idleTimeoutMs: duration("idle_timeout", defaults.idleTimeoutMs),
    maxConnections: written.max_connections ?? defaults.maxConnections,
    workers: written.workers ?? defaults.workers,
    accessLog: written.access_log ?? false,
    allowUnauthenticated: written.allow_unauthenticated ?? false,
  };
}

function readQueue(written: NonNullable<WrittenRollcall["queue"]>, complaints: Complaint[]): QueueConfig {
  const path = ["rollcall", "queue", "time"];
  return {
    size: written.size ?? DEFAULTS.queue.size,
    timeMs: readDuration({ path, written: written.time, fallbackMs: DEFAULTS.queue.timeMs }, complaints),
  };
}

/** Origins only: what is asked there is ours to say. */
function readProbers(written: readonly string[], complaints: Complaint[]): readonly string[] {
  return written.flatMap((text, index) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.username === "")
      return [url.origin];
    complaints.push(
      error(
        ["rollcall", "state", "probers", index],
        `found ${JSON.stringify(text)}, expected a prober's address such as http://host:4001`,
      ),
    );
    return [];
  });
}

function readSize(written: string | number | undefined, complaints: Complaint[]): number {
  const { maxBodyBytes } = DEFAULTS.gateway;
  const size = parseByteSize(written ?? maxBodyBytes);
  if (size === null) {
    const path = ["rollcall", "gateway", "max_body"];
    complaints.push(error(path, `found ${JSON.stringify(written)}, expected a size such as 32MiB`));
  }
  return size ?? maxBodyBytes;
}

/** Shorter than this and a loop would spin. */
const SHORTEST_MS = 10;

/** Longer than this and it would spin too: a timer counts to 2^31 - 1, and one set further fires at once. */
const LONGEST_MS = 24 * 86_400_000;

interface WrittenDuration {
  readonly path: Path;
  readonly written: string | number | undefined;
  readonly fallbackMs: number;
  readonly leastMs?: number | undefined;
}

function readDuration(
  { path, written, fallbackMs, leastMs = SHORTEST_MS }: WrittenDuration,
  complaints: Complaint[],
): number {
  if (written === undefined) return fallbackMs;
  const complain = (expected: string) =>
    complaints.push(error(path, `found ${JSON.stringify(written)}, expected ${expected}`));
  const ms = parseDuration(written);
  if (ms === null) {
    complain("a duration such as 500ms, 2s or 10m");
    return fallbackMs;
  }
  if (ms < leastMs) complain(`at least ${leastMs} ms`);
  if (ms > LONGEST_MS) complain(`at most ${printDuration(LONGEST_MS)}`);
  return ms;
}
