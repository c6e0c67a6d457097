import { EXIT, printAddress, startSystemd, systemClock, untilSignalled } from "@rollcall/runtime";
import type { GatewayDaemonOptions, Start } from "../start.ts";
import { checkPort } from "./check-port.ts";
import { tooFewForAll } from "./divide-limits.ts";
import { Supervisor } from "./supervisor.ts";
import { WorkerProcess } from "./worker-process.ts";

const LOOK_MS = 10_000;

/** Several gateway processes that share one port, until SIGTERM or SIGINT. Resolves with one exit code for all. */
export async function runWorkers(
  options: GatewayDaemonOptions,
  count: number,
  start: Start,
): Promise<number> {
  const { host, log } = start;
  const port = await checkStart(options, count, start);
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
async function checkStart(options: GatewayDaemonOptions, count: number, start: Start): Promise<number> {
  const { host, log, source } = start;
  const { config } = source.cell.get();
  const port = options.port ?? config.gateway.port;
  for (const { id, maxParallel } of tooFewForAll(config, count)) {
    log.warn(
      { deployment: id, maxParallel, workers: count },
      "max_parallel_requests is below the number of workers: each of them may send one",
    );
  }
  await checkPort({ host, port, flag: "--port" });
  return port;
}
