import {
  Cell,
  listen,
  printAddress,
  registerSettingsGauges,
  shutDown,
  stateFile,
  systemClock,
  type Condition,
  type Log,
  type Settings,
  type SettingsSource,
} from "@rollcall/runtime";
import { drain } from "./drain.ts";
import { Breakers } from "./breakers.ts";
import { gatewayCondition } from "./condition.ts";
import { Ejections } from "./ejections.ts";
import type { Gateway } from "./gateway.ts";
import { GatewayMetrics, type Counts } from "./metrics.ts";
import { readGauges } from "./routes/gauges.ts";
import { RetryBudget } from "./routing/retry-budget.ts";
import { openServer } from "./server.ts";
import { readStart, type GatewayDaemonOptions, type Start } from "./start.ts";
import { SnapshotFeed } from "./snapshot-feed.ts";
import { openStateReader } from "./state-reader.ts";
import { TellProber } from "./tell-prober.ts";
import { Traffic } from "./traffic.ts";
import { Deadlines } from "./upstream/deadlines.ts";
import { InFlight } from "./upstream/in-flight.ts";
import { Pools } from "./upstream/pools.ts";
import { buildView, type View } from "./view.ts";
import { WaitingRoom } from "./waiting-room.ts";
import type { WorkerSlot } from "./workers/worker-slot.ts";
import { divideLimits } from "./workers/divide-limits.ts";

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  readonly log: Log;
  readonly condition: Condition;
  /** All that it has counted, and its gauges as they are now. */
  readCounts(): Promise<Counts>;
  /** Drains and ends it; resolves with the exit code. */
  stop(): Promise<number>;
}

/**
 * Reads the config, hears the prober and listens. Throws StartError where that cannot be. With a slot it is one of several
 * workers, and does its part of what the config allows.
 */
export async function startGateway(
  options: GatewayDaemonOptions,
  slot: WorkerSlot | null = null,
  start: Start = readStart(options),
): Promise<RunningGateway> {
  const { source, follow, host, log, accessLog } = start;
  const { configFile, env } = options;
  const part = (whole: Settings) =>
    slot === null ? whole : { ...whole, config: divideLimits(whole.config, slot) };
  let settings = part(source.cell.get());
  const { config } = settings;
  const file = () => stateFile(config, configFile, env);
  const gateway = buildGateway(source, { view: buildView(settings, null), file, log, accessLog });
  // Before anything is waited for: settings that change meanwhile must not be missed.
  source.cell.subscribe((changed) => {
    settings = part(changed);
    gateway.pools.retire(settings.config);
    gateway.view.set(buildView(settings, gateway.feed.snapshot));
  });
  await gateway.feed.start((snapshot) => {
    gateway.ejections.hear(snapshot);
    gateway.view.set(buildView(settings, snapshot));
  });
  registerSettingsGauges({ registry: gateway.metrics.registry, prefix: "rollcall_gateway", source });

  const server = openServer(gateway, slot?.scrape ?? (() => gateway.metrics.print(readGauges(gateway))));
  const address = { host, port: options.port ?? config.gateway.port, flag: "--port", shared: slot !== null };
  const port = await listen(server, address).catch(async (fault: unknown) => {
    await gateway.feed.close();
    throw fault;
  });
  // Of several workers their parent says it, once.
  if (slot === null) log.info({ address: printAddress(host, port) }, "gateway listens");
  const stop = new AbortController();
  const following = follow(stop.signal);
  const endFollowing = () => {
    stop.abort();
    return following;
  };
  return {
    url: printAddress(host, port),
    port,
    log,
    condition: gatewayCondition(gateway),
    readCounts: () => gateway.metrics.read(readGauges(gateway)),
    stop() {
      return shutDown(
        [
          { name: "requests", run: () => drain(gateway, server) },
          // Requests that drain still need keys that are rotated, and a SIGHUP must not end them.
          { name: "config", run: () => endFollowing().then(() => true) },
          { name: "feed", run: () => gateway.feed.close().then(() => true) },
          { name: "pools", run: () => closePools(gateway) },
        ],
        log,
      );
    },
  };
}

async function closePools({ pools }: Gateway): Promise<boolean> {
  pools.close();
  return true;
}

interface Parts {
  readonly view: View;
  readonly file: () => string;
  readonly log: Log;
  readonly accessLog: Log;
}

function buildGateway(source: SettingsSource, { view, file, log, accessLog }: Parts): Gateway {
  const clock = systemClock;
  const reader = openStateReader({ source, file, clock, random: Math.random });
  const feed = new SnapshotFeed(reader, clock, log);
  const deadlines = new Deadlines(clock);
  return {
    view: new Cell(view),
    source,
    feed,
    pools: new Pools(deadlines),
    inFlight: new InFlight(),
    ejections: new Ejections(),
    breakers: new Breakers(),
    tellProber: new TellProber(feed, clock, source.cell.get().config.state.probers),
    traffic: new Traffic(),
    deadlines,
    retryBudget: new RetryBudget(),
    waitingRoom: new WaitingRoom(clock),
    metrics: new GatewayMetrics(),
    clock,
    random: Math.random,
    log,
    accessLog,
    answering: 0,
    draining: false,
  };
}
