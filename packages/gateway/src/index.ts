export { keylessRisk } from "./auth-guard.ts";
export { startGateway, type RunningGateway } from "./daemon.ts";
export { runGateway } from "./run-gateway.ts";
export type { GatewayDaemonOptions } from "./start.ts";
