import { createAdaptorServer } from "@hono/node-server";
import type { Environment } from "@rollcall/contract";
import {
  controlFiles,
  EXIT,
  FileSettings,
  keepMasterKey,
  listen,
  followLogSettings,
  openDaemonLogs,
  printAddress,
  registerProcessMetrics,
  reportListening,
  shutDown,
  StartError,
  startSystemd,
  systemClock,
  untilSignalled,
  watchSettings,
  type DaemonLogs,
  type Log,
  type ServiceStatus,
  type ShutdownStep,
} from "@rollcall/runtime";
import type { Registry } from "prom-client";
import { openControl, type OpenControl } from "./open-control.ts";
import { controlServiceStatus } from "./service-status.ts";
import { takeUpgrades } from "./socket/ledger-endpoint.ts";
import { listenOnSocket, refuseSecondControl } from "./socket/listen-on-socket.ts";

export interface ControlDaemonOptions {
  readonly configFile: string;
  readonly env: Environment;
  readonly host?: string;
  readonly port?: number;
  readonly logLevel?: string;
}

export interface RunningControl {
  readonly url: string;
  readonly log: Log;
  readonly serviceStatus: ServiceStatus;
  readonly registry: Registry;
  /** Resolves where it cannot go on: its store is gone. */
  readonly failed: Promise<void>;
  /** Ends it and resolves with the exit code. */
  stop(): Promise<number>;
}

/** Reads the config and the keys, and listens. Throws StartError where that cannot be. */
export async function startControl(
  options: ControlDaemonOptions,
  logs = openDaemonLogs("control", { level: options.logLevel }),
): Promise<RunningControl> {
  const { configFile, env } = options;
  const { log } = logs;
  const source = openSettings(options, logs);
  const { config } = source.cell.get();
  if (!config.keys.enabled)
    throw new StartError("virtual keys are off in the config: set rollcall.keys: true", EXIT.usage);
  const files = controlFiles(config, configFile, env);
  await refuseSecondControl(files);
  const stop = new AbortController();
  const control = await openControl({ files, source, stop: stop.signal, logs });
  const local = createAdaptorServer({ fetch: control.app({ boundTo: null }).fetch });
  takeUpgrades(local, { token: control.token, serve: (stream) => control.holders.add(stream) });
  const host = options.host ?? config.control.host;
  const server = createAdaptorServer({ fetch: control.app({ boundTo: host }).fetch });
  try {
    await listenOnSocket(local, files);
    control.token.write(files);
    const at = { host, port: options.port ?? config.control.port, flag: "--control-port" };
    const url = printAddress(host, await listen(server, at));
    return {
      url,
      log,
      registry: control.metrics.registry,
      ...run({ control, servers: [server, local], source, stop }, { url, log }),
    };
  } catch (error) {
    local.close();
    await control.store.close();
    throw error;
  }
}

interface Running {
  readonly control: OpenControl;
  readonly servers: readonly ControlServer[];
  readonly source: FileSettings;
  readonly stop: AbortController;
}

type ControlServer = ReturnType<typeof createAdaptorServer>;

/** From the moment at which it listens to its end. */
function run(
  { control, servers, source, stop }: Running,
  { url, log }: { readonly url: string; readonly log: Log },
): Pick<RunningControl, "failed" | "serviceStatus" | "stop"> {
  const { directory, holders, journal, keySet, ledger, queue, rejections, snapshots, store } = control;
  const watching = watchSettings(source, systemClock, stop.signal);
  const beating = keySet.heartbeat(stop.signal);
  const closeStore = async () => {
    await Promise.all([queue.drained(), journal.drained()]);
    await store.close();
  };
  const keys = () => directory.size;
  log.info({ address: url, keys: keys() }, "control listens");
  return {
    failed: store.ended,
    serviceStatus: controlServiceStatus({ isCurrent: () => queue.isCurrent, keys, source }),
    stop() {
      stop.abort();
      return shutDown(
        [
          step("config", () => watching),
          step("key set", () => beating.then(() => snapshots.close())),
          step("ledger", async () => ledger.close()),
          step("http", () => {
            holders.close();
            return Promise.all(servers.map(closeServer));
          }),
          step("store", closeStore),
          step("log", async () => rejections.flush()),
        ],
        log,
      );
    },
  };
}

function step(name: string, ended: () => Promise<unknown>): ShutdownStep {
  return { name, run: () => ended().then(() => true) };
}

function openSettings(options: ControlDaemonOptions, logs: DaemonLogs): FileSettings {
  const { configFile: file, env } = options;
  const overridden = (["host", "port"] as const)
    .filter((flag) => options[flag] !== undefined)
    .map((flag) => `control.${flag}`);
  return new FileSettings(
    {
      file,
      env,
      daemon: "control",
      log: logs.log,
      follow: (cell) => followLogSettings(logs, cell),
      validate: [keepMasterKey],
      overridden,
    },
    systemClock.monotonic(),
  );
}

/** Control as a process: until SIGTERM or SIGINT. Resolves with the exit code. */
export async function runControl(options: ControlDaemonOptions): Promise<number> {
  process.title = "rollcall control";
  const logs = openDaemonLogs("control", { level: options.logLevel });
  const { log } = logs;
  const signalled = untilSignalled(log);
  const running = await startControl(options, logs);
  registerProcessMetrics(running.registry);
  reportListening(running.url);
  const systemd = startSystemd(running.serviceStatus, { env: options.env, log });
  const signal = await Promise.race([signalled, running.failed]);
  if (signal === undefined) log.error("the store has ended; control ends, to be started again");
  else log.info({ signal }, "control stops");
  systemd?.stopping();
  const code = await running.stop();
  await systemd?.end();
  return signal === undefined ? EXIT.failed : code;
}

/** What is under way is answered; connections that wait for their next request are not. */
function closeServer(server: ControlServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeIdleConnections" in server) server.closeIdleConnections();
  });
}
