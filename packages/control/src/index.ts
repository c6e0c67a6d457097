export { runControl, startControl, type ControlDaemonOptions, type RunningControl } from "./daemon.ts";
