export type { RequestExplanation, RequestLookup } from "./explain/request-explanation.ts";
export { keylessRisk } from "./main/auth-guard.ts";
export { startGateway, type RunningGateway } from "./main/daemon.ts";
export { runGateway } from "./main/run-gateway.ts";
export type { GatewayDaemonOptions } from "./main/start.ts";
