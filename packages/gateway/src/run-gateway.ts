import { loadConfig, startSystemd, untilSignalled } from "@rollcall/runtime";
import { startGateway, type GatewayDaemonOptions } from "./daemon.ts";
import { countWorkers } from "./workers/count-workers.ts";
import { runWorkers } from "./workers/run-workers.ts";

/** The gateway as a process: until SIGTERM or SIGINT, and until what runs has ended. Resolves with the exit code. */
export async function runGateway(options: GatewayDaemonOptions): Promise<number> {
  const count = countWorkers(options.workers ?? configured(options));
  if (count > 1) return runWorkers(options, count);
  const running = await startGateway(options);
  const systemd = startSystemd(running.condition, { env: options.env, log: running.log });
  const signal = await untilSignalled(running.log);
  running.log.info({ signal }, "gateway stops");
  const stopped = running.stop();
  systemd?.stopping();
  const code = await stopped;
  await systemd?.end();
  return code;
}

/** What is wrong with the config is told by what follows. */
function configured({ configFile, env }: GatewayDaemonOptions): number | "auto" {
  return loadConfig(configFile, env, { inContainer: false }).config?.gateway.workers ?? 1;
}
