export { Control, type ControlState, type Speed } from "./control.ts";
export {
  type ControlServer,
  type ControlServerOptions,
  startControlServer,
} from "./control/control-server.ts";
export { FAULT_NAMES, FAULTS, type FaultName } from "./faults/catalogue.ts";
export type { FaultOptions } from "./faults/fault-switch.ts";
export { Fleet, type FleetOptions, startFleet } from "./fleet/fleet.ts";
export { SWITCH_NAMES, type Switch } from "./fleet/switches.ts";
export { KIND_NAMES, type KindName } from "./kinds/kind-name.ts";
export type { LifeState, LoadAs, TerminateAs, TerminateOptions } from "./life.ts";
export type { SimulatorOptions } from "./options.ts";
export type { ReplayOptions } from "./replay/replays.ts";
export type { Script, Scripted } from "./replay/script.ts";
export type { RequestEnd, RequestLog, SeenRequest } from "./request-log.ts";
export { type Simulator, startSimulator } from "./simulator.ts";
export { selfSigned, type CertificateKind } from "./tls/self-signed.ts";
export type { ErrorBodies } from "./vllm/error-body.ts";
export type { MetricsStyle } from "./vllm/metrics-page/metrics-style.ts";
export { TASKS, type Task } from "./vllm/task.ts";
