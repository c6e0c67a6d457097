export { summariseAliases, type AliasState } from "./alias-summary.ts";
export { ExpectedKeys, isMalformed, KEY_HEADERS, sentKey, type KeyHeaders } from "./bearer.ts";
export { Cell } from "./cell.ts";
export { systemClock } from "./clock.ts";
export { examineConfigFile, loadConfig, readConfigFiles } from "./config-file.ts";
export { controlFiles, type ControlFiles } from "./control-files.ts";
export { insideContainer } from "./container.ts";
export { entryPoint, IS_BUILT } from "./entry-point.ts";
export { EXIT, StartError } from "./exit-codes.ts";
export { lookAt, printFileError } from "./file-look.ts";
export { boundHeap } from "./heap.ts";
export { keepMasterKey } from "./keep-master-key.ts";
export { hmacOf, sha256Of } from "./key-digest.ts";
export { listen, printAddress, type Address } from "./listen.ts";
export { type InfoLog } from "./flat-log.ts";
export { forJournal } from "./journal.ts";
export {
  followLogSettings,
  logStartError,
  openAccessLog,
  openDaemonLogs,
  openLog,
  relayOutput,
  silentLog,
  type DaemonLogs,
  type Log,
  type Service,
} from "./log.ts";
export { LogLevelControl } from "./log-level.ts";
export {
  LEVELS_EXPECTED,
  LOGGING_PATH,
  orderLogLevel,
  tellLogLevel,
  type LogLevelAnswer,
} from "./log-level-route.ts";
export { LOG_LEVELS, type LogLevel } from "./log-lines.ts";
export {
  isListening,
  isSocket,
  LEAVE,
  reportListening,
  reportSocket,
  socketOf,
  untilLeft,
  type HeldSocket,
} from "./parent-channel.ts";
export {
  areOwnSockets,
  boundAddress,
  FIRST_PASSED,
  OWN_SOCKET,
  passedSockets,
  passingSockets,
} from "./passed-sockets.ts";
export { RejectionLog } from "./rejection-log.ts";
export { drained, isLossy, LossyOutput, type OutputStream } from "./lossy-output.ts";
export { type RestartDecision } from "./restart-policy.ts";
export { tlsOptionsOf, type TlsOptions } from "./tls-options.ts";
export {
  isMasterKey,
  MASTER_KEY,
  resolveSecret,
  secretPath,
  secretRefsOf,
  Secrets,
  type SecretSource,
} from "./secrets.ts";
export {
  FileSettings,
  REFRESH_MS,
  type Settings,
  type SettingsRule,
  type SettingsSource,
} from "./settings.ts";
export { registerBuildInfo, registerProcessMetrics } from "./process-metrics.ts";
export { registerSettingsGauges } from "./settings-gauges.ts";
export { faultOf, NO_FAULT, printSettingsStatus, type SettingsStatus } from "./settings-status.ts";
export { shutDown, untilSignalled, type ShutdownStep } from "./shutdown.ts";
export { printConfigPath, readStandardInput, STANDARD_INPUT } from "./standard-input.ts";
export { stateFile } from "./state-file.ts";
export { onStopRequest } from "./stop-requests.ts";
export { supervise } from "./supervise.ts";
export { startSystemd, type ServiceStatus, type Systemd } from "./systemd.ts";
export { watchSettings } from "./watch-settings.ts";
