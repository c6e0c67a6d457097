import { digest } from "../digest.ts";
import type { Config, Deployment } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import { readDeployments } from "./deployments.ts";
import { STRATEGIES, type Strategy } from "./known-keys.ts";
import type { Complaint } from "./problem.ts";
import { readRollcall } from "./rollcall-section.ts";
import { parseSecretRef } from "./secret-ref.ts";
import type { WrittenConfig } from "./written.ts";

interface Built {
  readonly config: Config;
  readonly complaints: readonly Complaint[];
}

/** Written → used: defaults filled in, units settled, references resolved to objects. */
export function buildConfig(written: WrittenConfig): Built {
  const complaints: Complaint[] = [];
  const { deployments, backends, skipped, complaints: fromDeployments } = readDeployments(written);
  complaints.push(...fromDeployments);
  const { litellm_settings: settings, router_settings: router, rollcall } = written;
  const config: Config = {
    checksum: digest(JSON.stringify(written)),
    deployments,
    backends,
    aliases: byAlias(deployments),
    groupAliases: readGroupAliases(written),
    skipped,
    // LiteLLM: router_settings win over litellm_settings.
    fallbacks: readFallbacks(router?.fallbacks ?? settings?.fallbacks),
    contextWindowFallbacks: readFallbacks(
      router?.context_window_fallbacks ?? settings?.context_window_fallbacks,
    ),
    defaultFallbacks: router?.default_fallbacks ?? settings?.default_fallbacks ?? [],
    strategy: readStrategy(router?.routing_strategy),
    numRetries: router?.num_retries ?? settings?.num_retries ?? DEFAULTS.numRetries,
    masterKey: parseSecretRef(written.general_settings?.master_key),
    environment: written.environment_variables ?? {},
    ...readRollcall(rollcall ?? {}, complaints),
  };
  return { config, complaints };
}

function byAlias(deployments: readonly Deployment[]): ReadonlyMap<string, readonly Deployment[]> {
  return Map.groupBy(deployments, (deployment) => deployment.alias);
}

function readFallbacks(written: readonly Record<string, string[]>[] = []): Config["fallbacks"] {
  return new Map(written.flatMap((entry) => Object.entries(entry)));
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
