import {
  boundHeap,
  registerProcessMetrics,
  reportListening,
  reportSocket,
  startSystemd,
  untilSignalled,
} from "@rollcall/runtime";
import { Lineage } from "../generations/lineage.ts";
import { startGateway } from "./daemon.ts";
import { readStart, type GatewayDaemonOptions } from "./start.ts";
import { countWorkers } from "../workers/count-workers.ts";
import { runWorkers } from "../workers/run-workers.ts";

/** The gateway as a process: until SIGTERM or SIGINT, and until what runs has ended. Resolves with the exit code. */
export async function runGateway(options: GatewayDaemonOptions): Promise<number> {
  process.title = "rollcall gateway";
  const start = readStart(options);
  // Before it listens: whoever reads that it does may at once end it, and a signal without a handler cuts what runs.
  const { log } = start.logs;
  const signalled = untilSignalled(log, { outlivesParent: start.isPortKept });
  process.on("SIGUSR2", () => {
    // With a main process or `rollcall up` it is for them, and may reach us too.
    if (!process.connected) log.warn("nobody keeps the port: cannot hand over; use the socket unit");
  });
  const lineage = new Lineage(options, start);
  const count = countWorkers(options.workers ?? start.source.cell.get().config.gateway.workers);
  if (count > 1) return runWorkers(options, { count, start, signalled, lineage });
  boundHeap();
  const running = await startGateway(options, { start, entry: lineage.entry }).catch((fault: unknown) => {
    throw lineage.explain(fault);
  });
  registerProcessMetrics(running.registry);
  await lineage.listens(running.sockets);
  if (start.passed.length === 0) for (const socket of running.sockets) reportSocket(socket);
  reportListening(running.url);
  let systemd = startSystemd(running.serviceStatus, { env: options.env, log: running.log });
  const hush = () => {
    start.freeze();
    // What is said of the unit is the next generation's to say.
    void systemd?.end();
    systemd = null;
  };
  const ending = await lineage.ending(signalled, hush);
  if (ending.kind === "hand_over") {
    hush();
    const code = await running.handOver(ending.taking);
    lineage.close();
    return code;
  }
  const { signal } = ending;
  lineage.close();
  running.log.info({ signal }, "gateway stops");
  const stopped = running.stop();
  systemd?.stopping();
  const code = await stopped;
  await systemd?.end();
  return code;
}
