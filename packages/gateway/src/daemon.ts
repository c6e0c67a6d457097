import type { Environment } from "@rollcall/contract";
import {
  Cell,
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
import { FileSnapshotReader } from "@rollcall/state";
import { drain } from "./drain.ts";
import { Breakers } from "./breakers.ts";
import { Ejections } from "./ejections.ts";
import type { Gateway } from "./gateway.ts";
import { GatewayMetrics } from "./metrics.ts";
import { checkOpenness, isOpen } from "./openness.ts";
import { RetryBudget } from "./routing/retry-budget.ts";
import { openServer } from "./server.ts";
import { SnapshotFeed } from "./snapshot-feed.ts";
import { TellProber } from "./tell-prober.ts";
import { Traffic } from "./traffic.ts";
import { Deadlines } from "./upstream/deadlines.ts";
import { InFlight } from "./upstream/in-flight.ts";
import { Pools } from "./upstream/pools.ts";
import { buildView } from "./view.ts";
import { WaitingRoom } from "./waiting-room.ts";

export interface GatewayDaemonOptions {
  readonly configFile: string;
  readonly env: Environment;
  readonly host?: string;
  readonly port?: number;
  readonly logLevel?: string;
}

export interface RunningGateway {
  readonly url: string;
  readonly log: Log;
  /** Drains and ends it; resolves with the exit code. */
  stop(): Promise<number>;
}

/** Reads the config, hears the prober and listens. Throws StartError where that cannot be. */
export async function startGateway(options: GatewayDaemonOptions): Promise<RunningGateway> {
  const { configFile, env } = options;
  const log = openLog("gateway", options.logLevel);
  const source = new SettingsSource({ file: configFile, env, needsMasterKey: true, log }, systemClock.now());
  let settings = source.cell.get();
  const { config } = settings;
  const host = options.host ?? config.gateway.host;
  checkOpenness(settings, { host, log });
  const gateway = buildGateway(source, { file: stateFile(config, configFile, env), log });
  await gateway.feed.start((snapshot) => {
    gateway.ejections.hear(snapshot);
    gateway.view.set(buildView(settings, snapshot));
  });
  source.cell.subscribe((changed) => {
    if (isOpen(changed, host) && !changed.config.gateway.allowUnauthenticated) {
      log.error("config not used: without its master key everybody in the network could use the gateway");
      return;
    }
    settings = changed;
    gateway.pools.retire(settings.config);
    gateway.view.set(buildView(settings, gateway.feed.snapshot));
  });

  const server = openServer(gateway);
  const address = { host, port: options.port ?? config.gateway.port, flag: "--port" };
  const port = await listen(server, address).catch(async (fault: unknown) => {
    await gateway.feed.close();
    throw fault;
  });
  log.info({ address: printAddress(host, port) }, "gateway listens");
  const stop = new AbortController();
  const watching = watchSettings(source, systemClock, stop.signal);
  return {
    url: printAddress(host, port),
    log,
    stop() {
      stop.abort();
      return shutDown(
        [
          { name: "requests", run: () => drain(gateway, server) },
          { name: "config", run: () => watching.then(() => true) },
          { name: "feed", run: () => gateway.feed.close().then(() => true) },
          { name: "pools", run: () => gateway.pools.close().then(() => true) },
        ],
        log,
      );
    },
  };
}

/** The gateway as a process: until SIGTERM or SIGINT, and until what runs has ended. Resolves with the exit code. */
export async function runGateway(options: GatewayDaemonOptions): Promise<number> {
  const running = await startGateway(options);
  const signal = await untilSignalled(running.log);
  running.log.info({ signal }, "gateway stops");
  return running.stop();
}

function buildGateway(source: SettingsSource, { file, log }: { file: string; log: Log }): Gateway {
  const clock = systemClock;
  const feed = new SnapshotFeed(new FileSnapshotReader(file), clock, log);
  return {
    view: new Cell(buildView(source.cell.get(), null)),
    source,
    feed,
    pools: new Pools(),
    inFlight: new InFlight(),
    ejections: new Ejections(),
    breakers: new Breakers(),
    tellProber: new TellProber(feed, clock),
    traffic: new Traffic(),
    deadlines: new Deadlines(clock),
    retryBudget: new RetryBudget(),
    waitingRoom: new WaitingRoom(clock),
    metrics: new GatewayMetrics(),
    clock,
    random: Math.random,
    log,
    answering: 0,
    draining: false,
  };
}
