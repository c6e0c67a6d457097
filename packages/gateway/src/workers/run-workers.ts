import {
  EXIT,
  printAddress,
  reportListening,
  reportSocket,
  printSettingsStatus,
  startSystemd,
  systemClock,
  type HeldSocket,
} from "@rollcall/runtime";
import type { Lineage } from "../generations/lineage.ts";
import type { GatewayDaemonOptions, Start } from "../main/start.ts";
import { reporterOfDeaths } from "../main/open-keys.ts";
import { checkPort } from "./check-port.ts";
import { tooFewForAll } from "./divide-limits.ts";
import { sendSettings } from "./parent-settings.ts";
import { Supervisor } from "./supervisor.ts";
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
  const { host, log, source, follow } = start;
  const port = await checkStart(options, count, start);
  const { env } = options;
  const sockets: HeldSocket[] = start.passed.map((fd) => ({ fd, close: () => {} }));
  const { supervisor, generations } = makeSupervisor(options, { count, start, lineage, port, sockets });
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

interface Making extends Pick<WorkersStart, "count" | "lineage" | "start"> {
  readonly port: number;
  /** Those that are kept for the next generation; a first worker adds its own. */
  readonly sockets: HeldSocket[];
}

function makeSupervisor(
  { configFile, env, logLevel }: GatewayDaemonOptions,
  { count, start, lineage, port, sockets }: Making,
): { readonly supervisor: Supervisor; readonly generations: WorkerGenerations } {
  const { host, log, source } = start;
  const { entry } = lineage;
  // Whoever started us may want the socket for the next generation, and of several none could be let go of without loss.
  const sharesPort = entry.passed.length === 0 && !process.connected;
  const generations = new WorkerGenerations({
    count,
    entry,
    config: () => source.cell.get().config,
    hold: (index, held) => supervisor.hold(index, held),
  });
  const reportDeath = reporterOfDeaths({ source, configFile, env, clock: systemClock, log });
  const supervisor = new Supervisor({
    count,
    port,
    together: entry.passed.length > 0,
    launch: ({ scrape, heardElsewhere, index, port: own }) =>
      new WorkerProcess({
        start: {
          options: {
            configFile,
            host,
            count,
            index,
            port: own,
            passed: sockets.length,
            isPortKept: entry.isPortKept,
            sharesPort,
            door: index === 0 ? entry.door : null,
            ...(logLevel === undefined ? {} : { logLevel }),
          },
          // The last good ones, whatever the files hold by now.
          settings: sendSettings(source.cell.get()),
          status: source.status.get(),
        },
        env,
        scrape,
        heardElsewhere,
        refresh: () => source.refresh(systemClock.monotonic()),
        sockets: sockets.map(({ fd }) => fd),
        mayServe: () => generations.mayServe(index),
        socket: (socket) => void sockets.push(socket),
        held: (held) => generations.holds(index, held),
      }),
    ended: ({ pid }, index) => {
      reportDeath(pid);
      generations.ended(index);
    },
    clock: systemClock,
    log,
  });
  return { supervisor, generations };
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
  const { host, log, source } = start;
  const { config } = source.cell.get();
  const port = options.port ?? config.gateway.port;
  for (const { id, maxParallel } of tooFewForAll(config, count)) {
    log.warn(
      { deployment: id, maxParallel, workers: count },
      "max_parallel_requests is below the number of workers: each of them may send one",
    );
  }
  if (start.passed.length === 0) await checkPort({ host, port, flag: "--port" });
  return port;
}
