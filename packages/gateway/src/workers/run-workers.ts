import {
  EXIT,
  printAddress,
  reportListening,
  printSettingsStatus,
  startSystemd,
  systemClock,
  type LogLevel,
} from "@rollcall/runtime";
import type { GatewayDaemonOptions, Start } from "../main/start.ts";
import { reporterOfDeaths } from "../main/open-keys.ts";
import { checkPort } from "./check-port.ts";
import { tooFewForAll } from "./divide-limits.ts";
import { sendSettings } from "./parent-settings.ts";
import { Supervisor, type Launch } from "./supervisor.ts";
import { WorkerProcess } from "./worker-process.ts";

const CHECK_MS = 10_000;

export interface WorkersStart {
  readonly count: number;
  readonly start: Start;
  /** Resolves when all are to stop. */
  readonly signalled: Promise<NodeJS.Signals>;
}

/** Several gateway processes that share one port, until they are to stop. Resolves with one exit code for all. */
export async function runWorkers(
  options: GatewayDaemonOptions,
  { count, start, signalled }: WorkersStart,
): Promise<number> {
  const { host, logs, source, follow } = start;
  const { log } = logs;
  const port = await checkStart(options, count, start);
  const { configFile, env } = options;
  const supervisor = new Supervisor({
    count,
    port,
    launch: launcher(options, {
      count,
      start,
      order: (level) => supervisor.configure({ kind: "log_level", level }),
    }),
    ended: reporterOfDeaths({ source, configFile, env, clock: systemClock, log }),
    clock: systemClock,
    log,
  });
  source.cell.subscribe((settings) =>
    supervisor.configure({ kind: "settings", settings: sendSettings(settings) }),
  );
  source.status.subscribe((status) => supervisor.configure({ kind: "status", status }));
  const following = new AbortController();
  // Before it listens: whoever reads that it does may at once tell it something.
  void follow(following.signal);
  const bound = await supervisor.start().catch((error: unknown) => {
    following.abort();
    throw error;
  });
  const address = printAddress(host, bound);
  log.info({ address, workers: count, pids: supervisor.pids }, "gateway listens");
  reportListening(address);
  const summary = () =>
    [
      `${supervisor.pids.length} of ${count} workers running`,
      ...printSettingsStatus(source.status.get()),
    ].join("; ");
  const systemd = startSystemd({ isReady: () => true, summary, isHealthy: () => true }, { env, log });
  const stop = new AbortController();
  void watch(supervisor, stop.signal);
  const signal = await Promise.race([signalled, supervisor.gaveUp]);
  stop.abort();
  if (signal !== undefined) log.info({ signal }, "gateway stops");
  systemd?.stopping();
  const code = await supervisor.stop();
  following.abort();
  await systemd?.end();
  return signal === undefined ? EXIT.failed : code;
}

interface Launching extends Pick<WorkersStart, "count" | "start"> {
  /** Tells all workers of a level that was ordered. */
  readonly order: (level: LogLevel | null) => void;
}

/** How a worker is started, and what is done for it. */
function launcher({ configFile, env, logLevel }: GatewayDaemonOptions, { count, start, order }: Launching) {
  const { host, logs, source } = start;
  return ({ scrape, heardElsewhere, explain, ...where }: Launch) =>
    new WorkerProcess({
      start: {
        options: { configFile, host, count, ...where, ...(logLevel === undefined ? {} : { logLevel }) },
        // The last good ones, whatever the files hold by now.
        settings: sendSettings(source.cell.get()),
        status: source.status.get(),
        orderedLogLevel: logs.level.ordered,
      },
      env,
      scrape,
      heardElsewhere,
      explain,
      orderLogLevel: (level) => {
        logs.level.order(level);
        order(level);
      },
      refresh: () => source.refresh(systemClock.monotonic()),
    });
}

/** Checks the workers until the signal is aborted. */
async function watch(supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  for (;;) {
    await systemClock.sleep(CHECK_MS, signal);
    if (signal.aborted) return;
    await supervisor.checkWorkers();
  }
}

/** What would keep every worker from starting is said once, here, and what is to be warned of. Throws StartError. */
async function checkStart(options: GatewayDaemonOptions, count: number, start: Start): Promise<number> {
  const { host, logs, source } = start;
  const { config } = source.cell.get();
  const port = options.port ?? config.gateway.port;
  for (const { id, maxParallel } of tooFewForAll(config, count)) {
    logs.log.warn(
      { deployment: id, maxParallel, workers: count },
      "max_parallel_requests is below the number of workers: each of them may send one",
    );
  }
  await checkPort({ host, port, flag: "--port" });
  return port;
}
