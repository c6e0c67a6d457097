export { codeOf } from "./ask/fresh-connection.ts";
export { runProber, startProber, type ProberDaemonOptions, type RunningProber } from "./daemon.ts";
export type { Event } from "./events.ts";
export type { DrainAnswer } from "./http/drain.ts";
export type { EventList } from "./http/event-list.ts";
export type { DeploymentExplanation, Explanation } from "./http/explanation.ts";
export type { DeploymentStatus, Status } from "./http/status.ts";
export { probeOnce, type ProbedDeployment } from "./probe-once.ts";
