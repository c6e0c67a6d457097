import { randomUUID } from "node:crypto";
import { createAdaptorServer } from "@hono/node-server";
import type { Environment, Snapshot } from "@rollcall/contract";
import {
  listen,
  openLog,
  printAddress,
  SettingsSource,
  shutDown,
  stateFile,
  systemClock,
  untilSignalled,
  watchSettings,
  type Log,
} from "@rollcall/runtime";
import { FileSnapshotReader, FileSnapshotWriter } from "@rollcall/state";
import { askOverNetwork } from "./ask.ts";
import { proberApp } from "./http/app.ts";
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
  /** Ends it and resolves with the exit code. */
  stop(): Promise<number>;
}

/** Reads the config, listens and begins to call the roll. Throws StartError where that cannot be. */
export async function startProber(options: ProberDaemonOptions): Promise<RunningProber> {
  const { configFile, env } = options;
  const log = openLog("prober", options.logLevel);
  const source = new SettingsSource({ file: configFile, env, needsMasterKey: false, log }, systemClock.now());
  const settings = source.cell;
  const { config } = settings.get();
  const prober = await buildProber({ file: stateFile(config, configFile, env), source, log });

  const stop = new AbortController();
  const host = options.host ?? config.prober.host;
  const draining = () => stop.signal.aborted;
  const server = createAdaptorServer({
    fetch: proberApp({ prober, settings, source, host, draining }).fetch,
  });
  const port = await listen(server, {
    host,
    port: options.port ?? config.prober.port,
    flag: "--prober-port",
  });
  const url = printAddress(host, port);
  log.info({ address: url }, "prober listens");
  prober.url = url;
  const watching = watchSettings(source, systemClock, stop.signal);
  prober.start();
  return {
    url,
    log,
    stop() {
      stop.abort();
      const written = prober.stop();
      return shutDown(
        [
          { name: "config", run: () => watching.then(() => true) },
          { name: "http", run: () => closeServer(server) },
          { name: "state", run: () => written.then(() => true) },
        ],
        log,
      );
    },
  };
}

/** The prober as a process: until SIGTERM or SIGINT. Resolves with the exit code. */
export async function runProber(options: ProberDaemonOptions): Promise<number> {
  const running = await startProber(options);
  const signal = await untilSignalled(running.log);
  running.log.info({ signal }, "prober stops");
  return running.stop();
}

async function buildProber({
  file,
  source,
  log,
}: {
  file: string;
  source: SettingsSource;
  log: Log;
}): Promise<Prober> {
  const publisher = new Publisher({
    writer: new FileSnapshotWriter(file),
    clock: systemClock,
    log,
    instance: randomUUID(),
  });
  return new Prober({
    settings: source.cell,
    refresh: (now) => source.refresh(now),
    ask: askOverNetwork,
    clock: systemClock,
    random: Math.random,
    publisher,
    log,
    metrics: new ProberMetrics(),
    previous: await lastSnapshot(file),
  });
}

/** What an earlier run knew, if it left something readable. */
async function lastSnapshot(file: string): Promise<Snapshot | null> {
  let found: Snapshot | null = null;
  const reader = new FileSnapshotReader(file);
  await reader.start({ onSnapshot: (snapshot) => (found = snapshot), onFault: () => {} });
  await reader.close();
  return found;
}

function closeServer(server: ReturnType<typeof createAdaptorServer>): Promise<boolean> {
  return new Promise((resolve) => {
    server.close(() => resolve(true));
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
