import {
  EXIT,
  openLog,
  printAddress,
  SettingsSource,
  startSystemd,
  systemClock,
  untilSignalled,
  type Log,
} from "@rollcall/runtime";
import type { GatewayDaemonOptions } from "../daemon.ts";
import { checkOpenness } from "../openness.ts";
import { checkPort } from "./check-port.ts";
import { tooFewForAll } from "./share.ts";
import { Supervisor } from "./supervisor.ts";
import { WorkerProcess } from "./worker-process.ts";

const LOOK_MS = 10_000;

/** Several gateway processes that share one port, until SIGTERM or SIGINT. Resolves with one exit code for all. */
export async function runWorkers(options: GatewayDaemonOptions, count: number): Promise<number> {
  const log = openLog("gateway", options.logLevel);
  const { host, port } = await checkStart(options, { count, log });
  const { configFile, env, logLevel } = options;
  const supervisor = new Supervisor({
    count,
    port,
    launch: ({ scrape, ...where }) =>
      new WorkerProcess({
        options: { configFile, host, count, ...where, ...(logLevel === undefined ? {} : { logLevel }) },
        env,
        scrape,
      }),
    clock: systemClock,
    log,
  });
  // Before it listens: whoever reads that it does may at once tell it something.
  process.on("SIGHUP", () => supervisor.reload());
  const signalled = untilSignalled(log);
  const bound = await supervisor.start();
  log.info({ address: printAddress(host, bound), workers: count, pids: supervisor.pids }, "gateway listens");
  const status = () => `${supervisor.pids.length} of ${count} workers run`;
  const systemd = startSystemd({ ready: () => true, status, working: () => true }, { env, log });
  const stop = new AbortController();
  void watch(supervisor, stop.signal);
  const signal = await Promise.race([signalled, supervisor.gaveUp]);
  stop.abort();
  if (signal !== undefined) log.info({ signal }, "gateway stops");
  systemd?.stopping();
  const code = await supervisor.stop();
  await systemd?.end();
  return signal === undefined ? EXIT.failed : code;
}

/** Looks at the workers until the signal is aborted. */
async function watch(supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  for (;;) {
    await systemClock.sleep(LOOK_MS, signal);
    if (signal.aborted) return;
    await supervisor.look();
  }
}

/** What would keep every worker from starting is said once, here, and what is to be warned of. Throws StartError. */
async function checkStart(
  { configFile, env, ...given }: GatewayDaemonOptions,
  { count, log }: { count: number; log: Log },
): Promise<{ host: string; port: number }> {
  const source = new SettingsSource({ file: configFile, env, needsMasterKey: true, log }, systemClock.now());
  const settings = source.cell.get();
  const { gateway } = settings.config;
  const { host = gateway.host, port = gateway.port } = given;
  checkOpenness(settings, { host, log });
  for (const { id, maxParallel } of tooFewForAll(settings.config, count)) {
    log.warn(
      { deployment: id, maxParallel, workers: count },
      "max_parallel_requests is below the number of workers: each of them may send one",
    );
  }
  await checkPort({ host, port, flag: "--port" });
  return { host, port };
}
