import {
  boundHeap,
  FIRST_PASSED,
  openDaemonLogs,
  registerProcessMetrics,
  StartError,
  type LogLevel,
} from "@rollcall/runtime";
import { startGateway } from "../main/daemon.ts";
import type { Entry, Start } from "../main/start.ts";
import { ParentLink, type WorkerStart } from "./parent-link.ts";

/** One of several gateway processes that share a port: started, configured and ended by their parent alone. */
boundHeap();
const parent = new ParentLink();
const begun = await parent.start;
const { index, count, passed, isPortKept, sharesPort, door, ...options } = begun.options;
process.title = `rollcall gateway worker ${index + 1}`;
try {
  const slot = {
    index,
    count,
    sharesPort,
    scrape: () => parent.scrape(),
    heardElsewhere: (origin: string) => parent.heardElsewhere(origin),
    explain: (requestId: string) => parent.explain(requestId),
    orderLogLevel: (level: LogLevel | null) => void parent.send({ kind: "log_level", level }),
  };
  const entry: Entry = {
    passed: Array.from({ length: passed }, (_, at) => FIRST_PASSED + at),
    isPortKept,
    door,
    begin: async (hold) => {
      parent.hold = hold;
      await parent.send({ kind: "ready" });
      await parent.mayServe;
    },
  };
  const start = asWorker(begun);
  parent.onLogLevel = (level) => start.logs.level.order(level);
  const running = await startGateway({ ...options, env: process.env }, { slot, start, entry });
  // Of several that listen by themselves nobody could take over: each has its own queue.
  if (!sharesPort && passed === 0)
    for (const one of running.sockets) await parent.send({ kind: "socket" }, one);
  parent.lookUp = (requestId) => running.lookUp(requestId);
  registerProcessMetrics(running.registry);
  parent.readCounts = () => running.readCounts();
  parent.heardAgo = (origin) => running.heardAgo(origin);
  await parent.send({ kind: "listening", port: running.port });
  const stopped = await parent.stopped;
  if (typeof stopped === "object") process.exit(await running.handOver(stopped));
  if (stopped === "orphaned") running.log.warn("parent process is gone; shutting down");
  process.exit(await running.stop());
} catch (fault) {
  if (!(fault instanceof StartError)) throw fault;
  await parent.send({ kind: "refused", message: fault.message, exitCode: fault.exitCode });
  process.exit(fault.exitCode);
}

/** The parent follows the files, and has said what is to be warned of at the start. */
function asWorker({ options: its, orderedLogLevel, source }: WorkerStart): Start {
  const { host, index: from0, logLevel } = its;
  const logs = openDaemonLogs("gateway", { level: logLevel, facts: { worker: from0 + 1 } });
  logs.level.follow(source.cell);
  logs.level.order(orderedLogLevel);
  return {
    source,
    follow: () => Promise.resolve(),
    freeze: () => {},
    host,
    passed: [],
    isPortKept: false,
    logs,
  };
}
