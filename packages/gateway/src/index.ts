export { runGateway, startGateway, type GatewayDaemonOptions, type RunningGateway } from "./daemon.ts";
