import { mkdirSync } from "node:fs";
import path from "node:path";
import {
  EXIT,
  printAddress,
  registerBuildInfo,
  registerSettingsGauges,
  shutDown,
  StartError,
  stateFile,
  systemClock,
  type Address,
  type HeldSocket,
  type ServiceStatus,
  type ShutdownStep,
  type Log,
  type Settings,
} from "@rollcall/runtime";
import type { Registry } from "prom-client";
import { isHeartbeat } from "@rollcall/snapshot";
import { openKeys, type OpenKeys } from "./open-keys.ts";
import { drain } from "./drain.ts";
import { gatewayServiceStatus } from "./service-status.ts";
import { compose } from "./compose.ts";
import type { RequestLookup } from "../explain/request-explanation.ts";
import type { Services } from "./services.ts";
import type { Counts } from "../observe/counts.ts";
import { readGauges } from "../observe/gauges.ts";
import { remove, type Taking } from "../generations/generation.ts";
import { retire } from "../generations/retire.ts";
import { Doors } from "../server/doors.ts";
import { openServer } from "../server/server.ts";
import { OWN_ENTRY, readStart, type Entry, type GatewayDaemonOptions, type Start } from "./start.ts";
import { openStateReader } from "../probers/state-reader.ts";
import { divideLimits } from "../workers/divide-limits.ts";
import type { WorkerSlot } from "../workers/worker-slot.ts";

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  readonly log: Log;
  readonly serviceStatus: ServiceStatus;
  readonly registry: Registry;
  /** All that it has counted, and its gauges as they are now. */
  readCounts(): Promise<Counts>;
  /** What it knows of a request that has ended. */
  lookUp(requestId: string): RequestLookup;
  /** How many milliseconds ago it heard of a server; Infinity: never. */
  heardAgo(origin: string): number;
  /** Listening sockets, for the next generation. */
  readonly sockets: readonly HeldSocket[];
  /** Drains and ends it; resolves with the exit code. */
  stop(): Promise<number>;
  /** Ends it in favour of the next generation, which takes what comes from now on; resolves with the exit code. */
  handOver(taking: Taking): Promise<number>;
}

/** What a gateway is started with, beside its options. */
export interface Place {
  readonly slot?: WorkerSlot | null;
  readonly start?: Start;
  readonly entry?: Entry;
}

/**
 * Reads the config, hears the prober and listens. Throws StartError where that cannot be. With a slot it is one of several
 * workers, and does its part of what the config allows.
 */
export async function startGateway(
  options: GatewayDaemonOptions,
  { slot = null, start = readStart(options), entry = OWN_ENTRY }: Place = {},
): Promise<RunningGateway> {
  const { source, follow, host, logs } = start;
  const { log } = logs;
  const { configFile, env } = options;
  const part = (whole: Settings) =>
    slot === null ? whole : { ...whole, config: divideLimits(whole.config, slot) };
  let settings = part(source.cell.get());
  const { config } = settings;
  const file = () => stateFile(config, configFile, env);
  const clock = systemClock;
  const reader = openStateReader({ source, file, clock, random: Math.random });
  const apart = slot === null ? {} : { heardElsewhere: slot.heardElsewhere };
  const keys = openKeys({ source, configFile, env, clock, log, slot });
  const more = keys === null ? apart : { ...apart, keys };
  const gateway = compose({ settings, host, source, reader, clock, random: Math.random, logs, ...more });
  // Before anything is waited for: settings that change meanwhile must not be missed.
  source.cell.subscribe((changed) => {
    settings = part(changed);
    gateway.pools.retire(settings.config);
    gateway.update(settings, gateway.feed.snapshot);
  });
  const hearing = gateway.feed.start((snapshot, change) => {
    gateway.health.update(snapshot);
    // A heartbeat changes no verdict, so the table stays.
    if (change === null || !isHeartbeat(change)) gateway.update(settings, snapshot);
  });
  await Promise.all([hearing, gateway.keys?.start(), gateway.tracing.update(settings)]);
  const { registry } = gateway.metrics;
  registerBuildInfo(registry, "gateway");
  registerSettingsGauges({ registry, prefix: "rollcall_gateway", source });

  const doors = new Doors(
    openServer(gateway, {
      scrape: slot?.scrape ?? (() => gateway.metrics.read(readGauges(gateway))),
      explain: async (id) => (await slot?.explain(id)) ?? gateway.requests.find(id),
      logLevel: logs.level,
      orderLogLevel: slot?.orderLogLevel ?? ((level) => logs.level.order(level)),
    }),
    entry,
  );
  const ownPort = options.port ?? config.gateway.port;
  const address = { host, port: ownPort, flag: "--port", shared: slot?.sharesPort ?? false };
  const port = await openDoors(gateway, doors, { address, entry });
  const endFollowing = startFollowing(follow);
  // Of several workers their parent says it, once; and only now, since a SIGHUP may be the answer.
  if (slot === null) log.info({ address: printAddress(host, port) }, "gateway listens");
  return {
    url: printAddress(host, port),
    port,
    log,
    registry,
    serviceStatus: gatewayServiceStatus(gateway),
    heardAgo: (origin) => clock.monotonic() - gateway.silence.lastHeard(origin),
    lookUp: (requestId) => gateway.requests.find(requestId),
    readCounts: () => gateway.metrics.read(readGauges(gateway)),
    sockets: doors.sockets,
    ...endings(gateway, doors, { keys, endFollowing }),
  };
}

/** Returns the port. Throws StartError. */
async function openDoors(
  { activity, feed, health, keys }: Services,
  doors: Doors,
  { address, entry }: { readonly address: Address; readonly entry: Entry },
): Promise<number> {
  try {
    // Before the running generation is told to go: whoever cannot take over leaves it as it is.
    if (entry.door !== null) await openDoor(doors, entry.door);
    await entry.begin((held) => {
      if (activity.successor === null) health.holdElsewhere(held);
    });
    return await doors.open(address);
  } catch (fault) {
    await Promise.all([feed.close(), keys?.close()]);
    throw fault;
  }
}

/** Throws StartError. */
async function openDoor(doors: Doors, door: string): Promise<void> {
  try {
    mkdirSync(path.dirname(door), { recursive: true, mode: 0o700 });
    remove(door);
    await doors.openPath(door);
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault);
    throw new StartError(`state directory cannot be used: ${why}; make it writable`, EXIT.failed);
  }
}

/** How it ends. */
function endings(
  gateway: Services,
  doors: Doors,
  rest: Omit<Ending, "requests">,
): Pick<RunningGateway, "handOver" | "stop"> {
  const { log } = gateway;
  return {
    stop: () => shutDown(stepsToEnd(gateway, { ...rest, requests: () => drain(gateway, doors) }), log),
    handOver: (taking) => {
      rest.keys?.retire();
      return shutDown(stepsToEnd(gateway, { ...rest, requests: () => retire(gateway, doors, taking) }), log);
    },
  };
}

interface Ending {
  readonly keys: OpenKeys | null;
  readonly endFollowing: () => Promise<boolean>;
  /** Lets them end; true: all of them by themselves. */
  readonly requests: () => Promise<boolean>;
}

function stepsToEnd(gateway: Services, { keys, endFollowing, requests }: Ending): readonly ShutdownStep[] {
  const { feed } = gateway;
  return [
    { name: "requests", run: requests },
    { name: "traces", run: () => gateway.tracing.close() },
    // Requests that drain still need keys that are rotated, and a SIGHUP must not end them.
    { name: "config", run: endFollowing },
    { name: "feed", run: () => Promise.all([feed.close(), gateway.keys?.close()]).then(() => true) },
    {
      name: "rest",
      run: () => {
        keys?.close();
        return closeRest(gateway);
      },
    },
  ];
}

/** Follows the config from now on; returns how to end that. */
function startFollowing(follow: Start["follow"]): () => Promise<boolean> {
  const stop = new AbortController();
  const following = follow(stop.signal);
  return async () => {
    stop.abort();
    await following;
    return true;
  };
}

async function closeRest({ pools, rejections }: Pick<Services, "pools" | "rejections">): Promise<boolean> {
  pools.close();
  rejections.flush();
  return true;
}
