import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
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
} from "@rollcall/runtime";
import { FileSnapshotReader } from "@rollcall/state";
import { gatewayApp } from "./app.ts";
import { answerClientError } from "./client-error.ts";
import { drain } from "./drain.ts";
import { Ejections } from "./ejections.ts";
import type { Gateway } from "./gateway.ts";
import { GatewayMetrics } from "./metrics.ts";
import { SnapshotFeed } from "./snapshot-feed.ts";
import { InFlight } from "./upstream/in-flight.ts";
import { Pools } from "./upstream/pools.ts";
import { buildView } from "./view.ts";

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
  const { config } = source.cell.get();
  const host = options.host ?? config.gateway.host;
  checkOpenness(source, { host, log });
  const gateway = buildGateway(source, { file: stateFile(config, configFile, env), log });
  await gateway.feed.start((snapshot) => {
    gateway.ejections.hear(snapshot);
    gateway.view.set(buildView(source.cell.get(), snapshot));
  });
  source.cell.subscribe((settings) => {
    gateway.pools.retire(settings.config);
    gateway.view.set(buildView(settings, gateway.feed.snapshot));
  });

  const server = createAdaptorServer({
    fetch: gatewayApp(gateway).fetch,
    serverOptions: { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS },
  }) as Server;
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
    metrics: new GatewayMetrics(),
    clock: systemClock,
    random: Math.random,
    log,
    draining: false,
  };
}

/** A gateway that anybody in the network may use is never an accident. */
function checkOpenness(source: SettingsSource, { host, log }: { host: string; log: Log }): void {
  const { config, secrets } = source.cell.get();
  if (secrets.value(config.masterKey) !== null) return;
  if (isLoopbackHost(host.includes(":") ? `[${host}]` : host)) {
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
