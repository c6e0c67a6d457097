import {
  EXIT,
  printAddress,
  reportListening,
  reportSocket,
  printSettingsStatus,
  startSystemd,
  systemClock,
  type HeldSocket,
  type LogLevel,
} from "@rollcall/runtime";
import type { Lineage } from "../generations/lineage.ts";
import type { GatewayDaemonOptions, Start } from "../main/start.ts";
import { reporterOfDeaths } from "../main/open-keys.ts";
import { checkPort } from "./check-port.ts";
import { tooFewForAll } from "./divide-limits.ts";
import { sendSettings } from "./parent-settings.ts";
import { Supervisor, type Launch } from "./supervisor.ts";
import { WorkerGenerations } from "./worker-generations.ts";
import { WorkerProcess } from "./worker-process.ts";

const CHECK_MS = 10_000;

export interface WorkersStart {
  readonly count: number;
  readonly start: Start;
  /** Resolves when all are to stop. */
  readonly signalled: Promise<NodeJS.Signals>;
  readonly lineage: Lineage;
}

/** Several gateway processes that share one port, until they are to stop. Resolves with one exit code for all. */
export async function runWorkers(
  options: GatewayDaemonOptions,
  { count, start, signalled, lineage }: WorkersStart,
): Promise<number> {
  const { host, logs, source, follow } = start;
  const { log } = logs;
  const port = await checkStart(options, count, start).catch((fault: unknown) => {
    throw lineage.explain(fault);
  });
  const { env } = options;
  const sockets: HeldSocket[] = start.passed.map((fd) => ({ fd, close: () => {} }));
  const { supervisor, generations } = makeSupervisor(options, { count, start, lineage, port, sockets });
  passOnSettings(source, supervisor);
  const following = new AbortController();
  // Before it listens: whoever reads that it does may at once tell it something.
  void follow(following.signal);
  const bound = await supervisor.start().catch((error: unknown) => {
    following.abort();
    throw error;
  });
  const address = printAddress(host, bound);
  log.info({ address, workers: count, pids: supervisor.pids }, "gateway listens");
  await lineage.listens(sockets);
  if (start.passed.length === 0) for (const socket of sockets) reportSocket(socket);
  reportListening(address);
  const summary = () =>
    [
      `${supervisor.pids.length} of ${count} workers running`,
      ...printSettingsStatus(source.status.get()),
    ].join("; ");
  let systemd = startSystemd({ isReady: () => true, summary, isHealthy: () => true }, { env, log });
  const hush = () => {
    start.freeze();
    // What is said of the unit is the next generation's to say.
    void systemd?.end();
    systemd = null;
  };
  const stop = new AbortController();
  void watch(supervisor, stop.signal);
  const ending = await Promise.race([
    lineage.ending(signalled, hush),
    supervisor.gaveUp.then(() => ({ kind: "gave_up" as const })),
  ]);
  stop.abort();
  if (ending.kind === "hand_over") {
    hush();
    generations.handOver(ending.taking, supervisor.indices);
    const code = await supervisor.handOver(ending.taking.door);
    following.abort();
    lineage.close();
    return code;
  }
  lineage.close();
  if (ending.kind === "stop") log.info({ signal: ending.signal }, "gateway stops");
  systemd?.stopping();
  const code = await supervisor.stop();
  following.abort();
  await systemd?.end();
  return ending.kind === "gave_up" ? EXIT.failed : code;
}

/** Workers go by what the parent finds good. */
function passOnSettings(source: Start["source"], supervisor: Supervisor): void {
  source.cell.subscribe((settings) =>
    supervisor.configure({ kind: "settings", settings: sendSettings(settings) }),
  );
  source.status.subscribe((status) => supervisor.configure({ kind: "status", status }));
}

interface Making extends Pick<WorkersStart, "count" | "lineage" | "start"> {
  readonly port: number;
  /** Those that are kept for the next generation; a first worker adds its own. */
  readonly sockets: HeldSocket[];
}

function makeSupervisor(
  options: GatewayDaemonOptions,
  making: Making,
): { readonly supervisor: Supervisor; readonly generations: WorkerGenerations } {
  const { configFile, env } = options;
  const { count, start, lineage, port } = making;
  const { source } = start;
  const { log } = start.logs;
  const generations = new WorkerGenerations({
    count,
    entry: lineage.entry,
    config: () => source.cell.get().config,
    hold: (index, held) => supervisor.hold(index, held),
  });
  const reportDeath = reporterOfDeaths({ source, configFile, env, clock: systemClock, log });
  const order = (level: LogLevel | null) => supervisor.configure({ kind: "log_level", level });
  const supervisor = new Supervisor({
    count,
    port,
    together: start.passed.length > 0,
    launch: launcher(options, { ...making, generations, order }),
    ended: ({ pid }, index) => {
      reportDeath(pid);
      generations.ended(index);
    },
    clock: systemClock,
    log,
  });
  return { supervisor, generations };
}

interface Launching extends Making {
  readonly generations: WorkerGenerations;
  /** Tells all workers of a level that was ordered. */
  readonly order: (level: LogLevel | null) => void;
}

/** How a worker is started, and what is done for it. */
function launcher({ configFile, env, logLevel }: GatewayDaemonOptions, launching: Launching) {
  const { count, start, lineage, sockets, generations, order } = launching;
  const { host, logs, source } = start;
  const { entry } = lineage;
  // Whoever started us may want the socket for the next generation, and of several none could be let go of without loss.
  const sharesPort = entry.passed.length === 0 && !process.connected;
  const common = { configFile, host, count, sharesPort, isPortKept: entry.isPortKept };
  return ({ scrape, heardElsewhere, explain, ...where }: Launch) =>
    new WorkerProcess({
      start: {
        options: {
          ...common,
          ...where,
          passed: sockets.length,
          door: where.index === 0 ? entry.door : null,
          ...(logLevel === undefined ? {} : { logLevel }),
        },
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
      sockets: sockets.map(({ fd }) => fd),
      mayServe: () => generations.mayServe(where.index),
      socket: (socket) => void sockets.push(socket),
      held: (held) => generations.holds(where.index, held),
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
  if (start.passed.length === 0) await checkPort({ host, port, flag: "--port" });
  return port;
}
