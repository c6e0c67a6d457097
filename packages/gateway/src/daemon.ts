import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { isLoopbackHost, type Environment } from "@rollcall/contract";
import {
  Cell,
  EXIT,
  listen,
  openLog,
  printAddress,
  SettingsSource,
  shutDown,
  StartError,
  stateFile,
  systemClock,
  untilSignalled,
  watchSettings,
  type Log,
  type Settings,
} from "@rollcall/runtime";
import { FileSnapshotReader } from "@rollcall/state";
import { gatewayApp } from "./app.ts";
import { answerClientError, answerUnreadable } from "./client-error.ts";
import { drain } from "./drain.ts";
import { Breakers } from "./breakers.ts";
import { Ejections } from "./ejections.ts";
import type { Gateway } from "./gateway.ts";
import { GatewayMetrics } from "./metrics.ts";
import { RetryBudget } from "./routing/retry-budget.ts";
import { SnapshotFeed } from "./snapshot-feed.ts";
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

const MAX_HEADER_BYTES = 16 * 1024;

/** Longer than the idle time of the load balancers in front (60 s as a rule), so that they close first. */
const KEEP_ALIVE_MS = 75_000;

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

  const listener = getRequestListener(gatewayApp(gateway).fetch, {
    // HTTP/1.0 knows no Host, and some load balancers look that way whether we live.
    hostname: "localhost",
    errorHandler: answerUnreadable,
  });
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  server.on("clientError", answerClientError);
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
  running.log.info({ signal }, "gateway drains");
  return running.stop();
}

function buildGateway(source: SettingsSource, { file, log }: { file: string; log: Log }): Gateway {
  return {
    view: new Cell(buildView(source.cell.get(), null)),
    source,
    feed: new SnapshotFeed(new FileSnapshotReader(file), systemClock, log),
    pools: new Pools(),
    inFlight: new InFlight(),
    ejections: new Ejections(),
    breakers: new Breakers(),
    traffic: new Traffic(),
    deadlines: new Deadlines(systemClock),
    retryBudget: new RetryBudget(),
    waitingRoom: new WaitingRoom(systemClock),
    metrics: new GatewayMetrics(),
    clock: systemClock,
    random: Math.random,
    log,
    draining: false,
  };
}

/** In a URL these lead to this machine, but who listens on them listens to all. */
const EVERY_NETWORK: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** Could anybody in the network use it? */
function isOpen({ config, secrets }: Settings, host: string): boolean {
  const local = !EVERY_NETWORK.has(host) && isLoopbackHost(host.includes(":") ? `[${host}]` : host);
  return !local && secrets.value(config.masterKey) === null;
}

/** A gateway that anybody in the network may use is never an accident. */
function checkOpenness(settings: Settings, { host, log }: { host: string; log: Log }): void {
  const { config, secrets } = settings;
  if (secrets.value(config.masterKey) !== null) return;
  if (!isOpen(settings, host)) {
    log.warn("no general_settings.master_key: every process on this machine may use the gateway");
    return;
  }
  if (config.gateway.allowUnauthenticated) {
    log.warn("no general_settings.master_key: everybody who reaches this address may use the gateway");
    return;
  }
  throw new StartError(
    `${host} is open to the network and there is no master key: set general_settings.master_key, or, if everybody may use it, rollcall.gateway.allow_unauthenticated: true`,
    EXIT.usage,
  );
}
