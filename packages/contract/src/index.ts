export { isLoopbackHost, listensOnlyHere, parseApiBase, type ApiBase } from "./config/api-base.ts";
export { DEFAULT_BREAKER, NEVER_OPENS, type BreakerPolicy, type FaultKind } from "./config/breaker-policy.ts";
export { PLAIN_TLS, type BackendTls } from "./config/backend-tls.ts";
export type {
  Backend,
  Config,
  ControlConfig,
  Deployment,
  GatewayConfig,
  KeysConfig,
  ProberConfig,
  QueueConfig,
  StateConfig,
  TagFiltering,
} from "./config/config.ts";
export { DEFAULTS } from "./config/defaults.ts";
export { parseDuration, printDuration } from "./config/duration.ts";
export type { Environment } from "./config/environment.ts";
export { EVERY, type DropPath, type DropStep } from "./config/drop-path.ts";
export type { RequestChanges } from "./config/request-changes.ts";
export { REQUEST_PARAMS, type RequestParam } from "./config/request-params.ts";
export type { Strategy } from "./config/known-keys.ts";
export {
  examineConfig,
  namedFiles,
  parseConfig,
  type ConfigTexts,
  type Examined,
  type NamedFiles,
  type Parsed,
  type HostContext,
} from "./config/parse.ts";
export type { TraceDestination, TraceExport } from "./config/trace-export.ts";
export { readPairs } from "./config/read-trace-export.ts";
export { isWritten } from "./config/is-written.ts";
export { settingsNeedingRestart, withRunningSettings } from "./config/rollcall-section.ts";
export type { CorsRule, Daemon } from "./config/setting.ts";
export type { Compatibility, ReportLine } from "./config/compatibility.ts";
export { explainSetting, nearestSetting, type SettingExplanation } from "./config/explain-setting.ts";
export { groupProblems, printGroup, printLines, type ProblemGroup } from "./config/group-problems.ts";
export {
  printPath,
  printProblem,
  withoutQuotes,
  type Path,
  type Position,
  type Problem,
} from "./config/problem.ts";
export {
  CREDENTIALS_VARIABLE,
  describeSecretRef,
  isSendable,
  NOT_SENDABLE,
  parseSecretRef,
  NO_SECRET,
  type SecretRef,
} from "./config/secret-ref.ts";
export { redactConfig, type Hiding } from "./config/redacted-config.ts";
export type { SourceText } from "./config/source.ts";
export { didYouMean, suggest } from "./config/suggest.ts";
export { withoutProvider } from "./config/provider.ts";
export { aliasName, isPattern, matchWhole, patternOf, upstreamName } from "./config/wildcard.ts";
export { CONFIG_SCHEMA } from "./config/written.ts";
export type { Clock } from "./clock.ts";
export { digest } from "./digest.ts";
export type {
  CanaryRequest,
  Dialect,
  Endpoint,
  EventShape,
  KeyPath,
  ModelPlace,
  ResponseShape,
} from "./endpoints/endpoint.ts";
export { calledElsewhere } from "./endpoints/modes.ts";
export { realtime } from "./endpoints/realtime.ts";
export { placeOf } from "./endpoints/endpoint.ts";
export { ENDPOINTS } from "./endpoints/table.ts";
export { FORWARDED_HEADERS } from "./forwarded-headers.ts";
export { ageCountsFrom, isStale, STALE_AFTER_INTERVALS } from "./freshness.ts";
export { isCount } from "./is-count.ts";
export { isSameValue } from "./is-same-value.ts";
export { findForeignVisit, type ForeignVisit, type OwnNames, type VisitHeaders } from "./foreign-visit.ts";
export { probeNowPath, type ProbeCause } from "./probe-now.ts";
export { ANONYMOUS, MASTER, type Principal } from "./principal.ts";
export { REASON_CODES, REASONS, WARNINGS, type Reason, type Warning } from "./reasons.ts";
export { KEYS, type KeySnapshot } from "./keys/key-snapshot.ts";
export type { FromLedger, HeldLease, Scope, ToLedger, Unit, UsedTokens } from "./keys/ledger.ts";
export {
  accessRecordKey,
  KEY_TYPES,
  memberId,
  NO_LIMITS,
  USER_ROLES,
  type AccessRecord,
  type KeyHash,
  type KeyRecord,
  type KeyType,
  type Limits,
  type MemberRecord,
  type ScopeLimits,
  type TeamRecord,
  type UserRecord,
  type UserRole,
} from "./keys/records.ts";
export { compactHashes, hashesOf, type CompactHashes } from "./keys/compact-hashes.ts";
export { Interned } from "./interned.ts";
export { clockSkew } from "./clock-skew.ts";
export { isRecord } from "./is-record.ts";
export { isKind, KINDS, type Kind } from "./kind.ts";
export { err, ok, type Result } from "./result.ts";
export { answersTo } from "./served-name.ts";
export type { SnapshotChange, SnapshotHeader, SnapshotKind } from "./snapshot.ts";
export { TRUNCATION_SETTINGS } from "./truncation-settings.ts";
export { confirmed, confirmedAt, VERDICTS, type Snapshot } from "./verdict-snapshot.ts";
export { VERSION } from "./version.ts";
export { DISABLED_BY, isRoutable, type Drained, type History, type Served, type Verdict } from "./verdict.ts";
export { connectionErrorOf, type ConnectionError } from "./wire/connection-error.ts";
export { readErrorBody, type ErrorBody } from "./wire/error-body.ts";
export { saysNoRoute } from "./wire/no-route.ts";
export {
  saysClientMistake,
  saysContextTooLong,
  saysEngineDead,
  saysShuttingDown,
  saysUnknownModel,
} from "./wire/server-texts.ts";
export { tlsErrorOf, WANTS_CERTIFICATE, type TlsError } from "./wire/tls-error.ts";
