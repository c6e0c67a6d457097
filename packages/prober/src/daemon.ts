import { randomUUID } from "node:crypto";
import { createAdaptorServer } from "@hono/node-server";
import {
  confirmed,
  ENDPOINTS,
  VERDICTS,
  type Environment,
  type Snapshot,
  type Verdict,
} from "@rollcall/contract";
import {
  FileSettings,
  keepMasterKey,
  listen,
  followLogSettings,
  openDaemonLogs,
  printAddress,
  RejectionLog,
  reportListening,
  registerBuildInfo,
  registerProcessMetrics,
  registerSettingsGauges,
  shutDown,
  startSystemd,
  stateFile,
  systemClock,
  untilSignalled,
  watchSettings,
  type ServiceStatus,
  type DaemonLogs,
  type Log,
  type SettingsSource,
} from "@rollcall/runtime";
import {
  EverySnapshotWriter,
  FileSnapshotWriter,
  HttpSnapshotWriter,
  readSnapshotFile,
} from "@rollcall/snapshot";
import type { Registry } from "prom-client";
import { proberServiceStatus } from "./service-status.ts";
import { openNetwork } from "./ask/fresh-connection.ts";
import { proberApp } from "./http/app.ts";
import { mayReadDetails } from "./http/details.ts";
import { ProberMetrics } from "./metrics.ts";
import { Prober } from "./prober.ts";
import { Publisher } from "./publisher.ts";

export interface ProberDaemonOptions {
  readonly configFile: string;
  readonly env: Environment;
  readonly host?: string;
  readonly port?: number;
  readonly logLevel?: string;
}

export interface RunningProber {
  readonly url: string;
  readonly log: Log;
  readonly serviceStatus: ServiceStatus;
  readonly registry: Registry;
  /** Ends it and resolves with the exit code. */
  stop(): Promise<number>;
}

/** Reads the config, listens and begins to probe. Throws StartError where that cannot be. */
export async function startProber(
  options: ProberDaemonOptions,
  logs = openDaemonLogs("prober", { level: options.logLevel }),
): Promise<RunningProber> {
  const { configFile, env } = options;
  const { log } = logs;
  const source = openSettings(options, logs);
  const settings = source.cell;
  const { config } = settings.get();
  const host = options.host ?? config.prober.host;
  const snapshots = new HttpSnapshotWriter({
    kind: VERDICTS,
    clock: systemClock,
    // Hosts and served names are in it.
    refusal: (headers) => mayReadDetails(headers, { host, settings }),
  });
  const rejections = new RejectionLog(log, systemClock);
  const prober = await buildProber({ file: stateFile(config, configFile, env), snapshots, source, log });

  const stop = new AbortController();
  const draining = () => stop.signal.aborted;
  const { events } = prober;
  const http = {
    clock: systemClock,
    prober,
    events,
    snapshots,
    settings,
    source,
    host,
    draining,
    rejections,
    log,
    logLevel: logs.level,
  };
  const server = createAdaptorServer({ fetch: proberApp(http).fetch });
  const at = { host, port: options.port ?? config.prober.port, flag: "--prober-port" };
  const url = printAddress(host, await listen(server, at));
  prober.url = url;
  const watching = watchSettings(source, systemClock, stop.signal);
  log.info({ address: url }, "prober listens");
  prober.start();
  return {
    url,
    log,
    serviceStatus: proberServiceStatus({ prober, settings, source }),
    registry: prober.metrics.registry,
    stop() {
      stop.abort();
      return end({ log, prober, rejections, server, watching });
    },
  };
}

interface Running {
  readonly log: Log;
  readonly prober: Prober;
  readonly rejections: RejectionLog;
  readonly server: ReturnType<typeof createAdaptorServer>;
  readonly watching: Promise<void>;
}

/** Resolves with the exit code. */
function end({ log, prober, rejections, server, watching }: Running): Promise<number> {
  const written = prober.stop();
  return shutDown(
    [
      { name: "config", run: () => watching.then(() => true) },
      { name: "http", run: () => closeServer(server) },
      { name: "state", run: () => written.then(() => true) },
      { name: "log", run: () => Promise.resolve(rejections.flush()).then(() => true) },
    ],
    log,
  );
}

function openSettings(options: ProberDaemonOptions, logs: DaemonLogs): FileSettings {
  const { configFile: file, env } = options;
  const overridden = (["host", "port"] as const)
    .filter((flag) => options[flag] !== undefined)
    .map((flag) => `prober.${flag}`);
  return new FileSettings(
    {
      file,
      env,
      daemon: "prober",
      log: logs.log,
      follow: (cell) => followLogSettings(logs, cell),
      validate: [keepMasterKey],
      overridden,
    },
    systemClock.monotonic(),
  );
}

/** The prober as a process: until SIGTERM or SIGINT. Resolves with the exit code. */
export async function runProber(options: ProberDaemonOptions): Promise<number> {
  process.title = "rollcall prober";
  const logs = openDaemonLogs("prober", { level: options.logLevel });
  const { log } = logs;
  // Before it listens: whoever reads that it does may at once end it.
  const signalled = untilSignalled(log);
  const running = await startProber(options, logs);
  registerProcessMetrics(running.registry);
  reportListening(running.url);
  const systemd = startSystemd(running.serviceStatus, { env: options.env, log });
  const signal = await signalled;
  log.info({ signal }, "prober stops");
  systemd?.stopping();
  const code = await running.stop();
  await systemd?.end();
  return code;
}

async function buildProber({
  file,
  snapshots,
  source,
  log,
}: {
  file: string;
  snapshots: HttpSnapshotWriter<Snapshot, Verdict>;
  source: SettingsSource;
  log: Log;
}): Promise<Prober> {
  const previous = await lastSnapshot(file);
  // As with the file: until the initial probe round is done, what an earlier run knew serves better than nothing.
  if (previous !== null) await snapshots.write(previous);
  const metrics = new ProberMetrics();
  registerBuildInfo(metrics.registry, "prober");
  registerSettingsGauges({ registry: metrics.registry, prefix: "rollcall_prober", source });
  const publisher = new Publisher({
    metrics,
    writer: new EverySnapshotWriter([snapshots, new FileSnapshotWriter(VERDICTS, file)]),
    clock: systemClock,
    log,
    instance: randomUUID(),
  });
  return new Prober({
    settings: source.cell,
    refresh: (now) => source.refresh(now),
    network: openNetwork(systemClock),
    clock: systemClock,
    random: Math.random,
    endpoints: ENDPOINTS,
    publisher,
    log,
    metrics,
    previous,
  });
}

/** What an earlier run knew, if it left something readable, with the times of its evidence. */
async function lastSnapshot(file: string): Promise<Snapshot | null> {
  const found = await readSnapshotFile(VERDICTS, file);
  return found && { ...found, verdicts: found.verdicts.map((verdict) => confirmed(verdict, found)) };
}

function closeServer(server: ReturnType<typeof createAdaptorServer>): Promise<boolean> {
  return new Promise((resolve) => {
    server.close(() => resolve(true));
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
