export { startGateway, type GatewayDaemonOptions, type RunningGateway } from "./daemon.ts";
export { runGateway } from "./run-gateway.ts";
