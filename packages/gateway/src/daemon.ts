import {
  listen,
  printAddress,
  shutDown,
  stateFile,
  systemClock,
  watchSettings,
  type ServiceStatus,
  type Log,
  type Settings,
} from "@rollcall/runtime";
import { drain } from "./drain.ts";
import { gatewayServiceStatus } from "./service-status.ts";
import { compose } from "./main/compose.ts";
import type { Services } from "./main/services.ts";
import type { Counts } from "./observe/metrics.ts";
import { isOpen } from "./openness.ts";
import { readGauges } from "./observe/gauges.ts";
import { openServer } from "./server/server.ts";
import { readStart, type GatewayDaemonOptions, type Start } from "./start.ts";
import { openStateReader } from "./state-reader.ts";
import type { Seat } from "./workers/seat.ts";
import { shareConfig } from "./workers/share.ts";

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  readonly log: Log;
  readonly serviceStatus: ServiceStatus;
  /** All that it has counted, and its gauges as they are now. */
  readCounts(): Promise<Counts>;
  /** Drains and ends it; resolves with the exit code. */
  stop(): Promise<number>;
}

/**
 * Reads the config, hears the prober and listens. Throws StartError where that cannot be. With a seat it is one of several
 * workers, and does its part of what the config allows.
 */
export async function startGateway(
  options: GatewayDaemonOptions,
  seat: Seat | null = null,
  start: Start = readStart(options, seat),
): Promise<RunningGateway> {
  const { source, host, log, accessLog } = start;
  const { configFile, env } = options;
  const part = (whole: Settings) =>
    seat === null ? whole : { ...whole, config: shareConfig(whole.config, seat) };
  let settings = part(source.cell.get());
  const { config } = settings;
  const file = () => stateFile(config, configFile, env);
  const clock = systemClock;
  const reader = openStateReader({ source, file, clock, random: Math.random });
  const logs = { log, accessLog };
  const gateway = compose({ settings, source, reader, clock, random: Math.random, logs });
  await gateway.feed.start((snapshot) => {
    gateway.health.update(snapshot);
    gateway.update(settings, snapshot);
  });
  source.cell.subscribe((changed) => {
    if (isOpen(changed, host) && !changed.config.gateway.allowUnauthenticated) {
      log.error("config not used: without its master key everybody in the network could use the gateway");
      return;
    }
    settings = part(changed);
    gateway.pools.retire(settings.config);
    gateway.update(settings, gateway.feed.snapshot);
  });

  const server = openServer(gateway, seat?.scrape ?? (() => gateway.metrics.print(readGauges(gateway))));
  const address = { host, port: options.port ?? config.gateway.port, flag: "--port", shared: seat !== null };
  const port = await listen(server, address).catch(async (fault: unknown) => {
    await gateway.feed.close();
    throw fault;
  });
  // Of several workers their parent says it, once.
  if (seat === null) log.info({ address: printAddress(host, port) }, "gateway listens");
  const stop = new AbortController();
  const watching = watchSettings(source, systemClock, stop.signal);
  return {
    url: printAddress(host, port),
    port,
    log,
    serviceStatus: gatewayServiceStatus(gateway),
    readCounts: () => gateway.metrics.read(readGauges(gateway)),
    stop() {
      stop.abort();
      return shutDown(
        [
          { name: "requests", run: () => drain(gateway, server) },
          { name: "config", run: () => watching.then(() => true) },
          { name: "feed", run: () => gateway.feed.close().then(() => true) },
          { name: "pools", run: () => closePools(gateway) },
        ],
        log,
      );
    },
  };
}

async function closePools({ pools }: Pick<Services, "pools">): Promise<boolean> {
  pools.close();
  return true;
}
