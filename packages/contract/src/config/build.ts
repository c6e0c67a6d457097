import { digest } from "../digest.ts";
import { parseByteSize } from "./byte-size.ts";
import type { Config, Deployment, GatewayConfig, ProberConfig } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import { readDeployments } from "./deployments.ts";
import { parseDuration } from "./duration.ts";
import { STRATEGIES, type Strategy } from "./known-keys.ts";
import { error, type Complaint, type Path } from "./problem.ts";
import { parseSecretRef } from "./secret-ref.ts";
import type { WrittenConfig, WrittenRollcall } from "./written.ts";

interface Built {
  readonly config: Config;
  readonly complaints: readonly Complaint[];
}

/** Written → used: defaults filled in, units settled, references resolved to objects. */
export function buildConfig(written: WrittenConfig): Built {
  const complaints: Complaint[] = [];
  const { deployments, backends, leftOut, complaints: fromDeployments } = readDeployments(written);
  complaints.push(...fromDeployments);
  const { litellm_settings: settings, router_settings: router, rollcall } = written;
  const config: Config = {
    checksum: digest(JSON.stringify(written)),
    deployments,
    backends,
    aliases: byAlias(deployments),
    groupAliases: readGroupAliases(written),
    leftOut,
    // LiteLLM: router_settings win over litellm_settings.
    fallbacks: new Map(
      (router?.fallbacks ?? settings?.fallbacks ?? []).flatMap((entry) => Object.entries(entry)),
    ),
    strategy: readStrategy(router?.routing_strategy),
    numRetries: router?.num_retries ?? settings?.num_retries ?? DEFAULTS.numRetries,
    masterKey: parseSecretRef(written.general_settings?.master_key),
    environment: written.environment_variables ?? {},
    prober: readProber(rollcall?.prober ?? {}, complaints),
    gateway: readGateway(rollcall?.gateway ?? {}, complaints),
    state: { file: rollcall?.state?.file ?? null, onStale: rollcall?.state?.on_stale ?? "keep" },
  };
  return { config, complaints };
}

function byAlias(deployments: readonly Deployment[]): ReadonlyMap<string, readonly Deployment[]> {
  return Map.groupBy(deployments, (deployment) => deployment.alias);
}

function readGroupAliases(written: WrittenConfig): Config["groupAliases"] {
  return new Map(
    Object.entries(written.router_settings?.model_group_alias ?? {}).map(([name, target]) => [
      name,
      typeof target === "string"
        ? { alias: target, hidden: false }
        : { alias: target.model, hidden: target.hidden ?? false },
    ]),
  );
}

function readStrategy(written: string | undefined): Strategy {
  return STRATEGIES.find((known) => known === written) ?? "two-choices";
}

function readProber(written: NonNullable<WrittenRollcall["prober"]>, complaints: Complaint[]): ProberConfig {
  const duration = (
    key: "interval" | "not_ready_interval" | "timeout" | "load_time",
    fallback: number,
  ): number => readDuration(["rollcall", "prober", key], written[key] ?? fallback / 1_000, complaints);
  return {
    host: written.host ?? DEFAULTS.prober.host,
    port: written.port ?? DEFAULTS.prober.port,
    intervalMs: duration("interval", DEFAULTS.prober.intervalMs),
    notReadyIntervalMs: duration("not_ready_interval", DEFAULTS.prober.notReadyIntervalMs),
    timeoutMs: duration("timeout", DEFAULTS.prober.timeoutMs),
    failures: written.failures ?? DEFAULTS.prober.failures,
    concurrency: written.concurrency ?? DEFAULTS.prober.concurrency,
    loadTimeMs: duration("load_time", DEFAULTS.prober.loadTimeMs),
  };
}

function readGateway(
  written: NonNullable<WrittenRollcall["gateway"]>,
  complaints: Complaint[],
): GatewayConfig {
  const size = parseByteSize(written.max_body ?? DEFAULTS.gateway.maxBodyBytes);
  if (size === null) {
    complaints.push(
      error(
        ["rollcall", "gateway", "max_body"],
        `found ${JSON.stringify(written.max_body)}, expected a size such as 32MiB`,
      ),
    );
  }
  return {
    host: written.host ?? DEFAULTS.gateway.host,
    port: written.port ?? DEFAULTS.gateway.port,
    maxBodyBytes: size ?? DEFAULTS.gateway.maxBodyBytes,
    drainMs: readDuration(
      ["rollcall", "gateway", "drain"],
      written.drain ?? DEFAULTS.gateway.drainMs / 1_000,
      complaints,
    ),
    accessLog: written.access_log ?? false,
    allowUnauthenticated: written.allow_unauthenticated ?? false,
  };
}

/** Shorter than this and a loop would spin. */
const SHORTEST_MS = 10;

function readDuration(path: Path, written: string | number, complaints: Complaint[]): number {
  const ms = parseDuration(written);
  if (ms === null) {
    complaints.push(
      error(path, `found ${JSON.stringify(written)}, expected a duration such as 500ms, 2s or 10m`),
    );
    return DEFAULTS.prober.intervalMs;
  }
  if (ms < SHORTEST_MS) {
    complaints.push(error(path, `found ${JSON.stringify(written)}, expected at least ${SHORTEST_MS} ms`));
  }
  return ms;
}
