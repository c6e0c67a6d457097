import { randomBytes, randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { KEYS, type AccessRecord, type KeySnapshot } from "@rollcall/contract";
import {
  registerBuildInfo,
  registerSettingsGauges,
  RejectionLog,
  StartError,
  systemClock,
  type ControlFiles,
  type DaemonLogs,
  type Log,
  type SettingsSource,
} from "@rollcall/runtime";
import { burstShareOf, Ledger, systemTimers } from "@rollcall/ledger";
import { HttpSnapshotWriter } from "@rollcall/snapshot";
import { SqliteThread, type Store } from "@rollcall/store";
import type { Hono } from "hono";
import { FailedAttempts } from "./access/failed-attempts.ts";
import { AdminApi, type Entrance } from "./api/admin-api.ts";
import { controlApp } from "./control-app.ts";
import { ChangeQueue } from "./directory/change-queue.ts";
import { Directory } from "./directory/directory.ts";
import { KeySet, recordsOf } from "./directory/key-set.ts";
import { HolderStreams } from "./ledger/holder-streams.ts";
import { LeaseJournal } from "./ledger/lease-journal.ts";
import { ControlMetrics } from "./metrics.ts";
import { ControlToken } from "./socket/control-token.ts";
import { StoreCommands } from "./socket/store-commands.ts";
import { addSocketRoutes } from "./socket/socket-app.ts";

interface Opening {
  readonly files: ControlFiles;
  readonly source: SettingsSource;
  /** Aborted once it is to end. */
  readonly stop: AbortSignal;
  readonly logs: DaemonLogs;
}

/** The parts of control, put together: all but the listening. */
export interface OpenControl {
  readonly directory: Directory;
  readonly queue: ChangeQueue;
  readonly keySet: KeySet;
  readonly snapshots: HttpSnapshotWriter<KeySnapshot, AccessRecord>;
  readonly store: SqliteThread;
  readonly ledger: Ledger;
  readonly journal: LeaseJournal;
  readonly holders: HolderStreams;
  readonly token: ControlToken;
  readonly rejections: RejectionLog;
  readonly metrics: ControlMetrics;
  /** What is answered at an entrance. */
  app(entrance: Entrance): Hono<{ Bindings: HttpBindings }>;
}

/** Opens the store and reads the keys. Throws StartError where that cannot be. */
export async function openControl({ files, source, stop, logs }: Opening): Promise<OpenControl> {
  const { log, level: logLevel } = logs;
  const settings = source.cell;
  const directory = new Directory();
  const metrics = new ControlMetrics(() => directory.size);
  registerBuildInfo(metrics.registry, "control");
  registerSettingsGauges({ registry: metrics.registry, prefix: "rollcall_control", source });
  const token = new ControlToken(settings);
  const snapshots = new HttpSnapshotWriter<KeySnapshot, AccessRecord>({
    kind: KEYS,
    clock: systemClock,
    refusal: (headers) => token.refusal(headers),
    records: recordsOf(directory),
  });
  const keySet = new KeySet({
    writer: snapshots,
    clock: systemClock,
    instance: randomUUID(),
  });
  const store = await openStore(files.database);
  const queue = new ChangeQueue({
    directory,
    store,
    onCommitted: (committed) => {
      metrics.committed(committed.changes?.length ?? 0);
      void keySet.publish(committed);
    },
    onFault: (fault) => {
      metrics.storeFailed();
      log.error({ fault }, "keys cannot be written; the change is refused");
    },
  });
  await queue.reload();
  const leases = await openLedger(store, { burstShare: burstShareOf(settings.get().config.keys), log });
  const rejections = new RejectionLog(log, systemClock);
  const api = new AdminApi({
    settings,
    directory,
    queue,
    store,
    clock: systemClock,
    lots: { bytes: (count) => randomBytes(count) },
    failedAttempts: new FailedAttempts(systemClock),
    metrics,
    rejections,
  });
  const commands = new StoreCommands({ store, queue, clock: systemClock });
  const isCurrent = () => queue.isCurrent;
  const http = { api, metrics, log, logLevel, source, isCurrent, draining: () => stop.aborted };
  const app = (entrance: Entrance) => {
    const made = controlApp(http, entrance);
    if (entrance.boundTo === null) addSocketRoutes(made, { keys: snapshots, commands, token });
    return made;
  };
  return { ...leases, app, directory, keySet, metrics, queue, rejections, snapshots, store, token };
}

async function openLedger(
  store: Store,
  { burstShare, log }: { readonly burstShare: number; readonly log: Log },
): Promise<Pick<OpenControl, "holders" | "journal" | "ledger">> {
  const onFault = (fault: string) => log.warn({ fault }, "leases cannot be written; they are kept in memory");
  const journal = new LeaseJournal({ store, onFault });
  const ledger = new Ledger({
    clock: systemClock,
    timers: systemTimers,
    epoch: randomUUID(),
    burstShare,
    journal,
    rows: await store.loadLeases(),
  });
  const holders = new HolderStreams({
    ledger,
    onFault: (fault) => log.warn({ fault }, "a gateway's connection to the ledger broke"),
  });
  return { holders, journal, ledger };
}

async function openStore(file: string): Promise<SqliteThread> {
  try {
    return await SqliteThread.open(file);
  } catch (error) {
    throw new StartError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
