import {
  boundHeap,
  registerProcessMetrics,
  reportListening,
  startSystemd,
  untilSignalled,
} from "@rollcall/runtime";
import { startGateway } from "./daemon.ts";
import { readStart, type GatewayDaemonOptions } from "./start.ts";
import { countWorkers } from "../workers/count-workers.ts";
import { runWorkers } from "../workers/run-workers.ts";

/** The gateway as a process: until SIGTERM or SIGINT, and until what runs has ended. Resolves with the exit code. */
export async function runGateway(options: GatewayDaemonOptions): Promise<number> {
  process.title = "rollcall gateway";
  const start = readStart(options);
  // Before it listens: whoever reads that it does may at once end it, and a signal without a handler cuts what runs.
  const signalled = untilSignalled(start.logs.log);
  const count = countWorkers(options.workers ?? start.source.cell.get().config.gateway.workers);
  if (count > 1) return runWorkers(options, { count, start, signalled });
  boundHeap();
  const running = await startGateway(options, null, start);
  registerProcessMetrics(running.registry);
  reportListening(running.url);
  const systemd = startSystemd(running.serviceStatus, { env: options.env, log: running.log });
  const signal = await signalled;
  running.log.info({ signal }, "gateway stops");
  const stopped = running.stop();
  systemd?.stopping();
  const code = await stopped;
  await systemd?.end();
  return code;
}
