import { digest } from "../digest.ts";
import { readQueue } from "./admission-queue.ts";
import type { Config, Deployment } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import { withDefaultParams } from "./default-params.ts";
import { readDeployments, type Entries } from "./deployments.ts";
import type { Environment } from "./environment.ts";
import { STRATEGIES, type Strategy } from "./known-keys.ts";
import { error, warning, type Complaint } from "./problem.ts";
import { droppingDiffers } from "./request-rules.ts";
import { readRollcall } from "./rollcall-section.ts";
import { readTraceExport } from "./read-trace-export.ts";
import { envNameOf, parseSecretRef, type SecretRef } from "./secret-ref.ts";
import { bySpecificity, isPattern } from "./wildcard.ts";
import type { WrittenConfig } from "./written.ts";

interface Built {
  readonly config: Config;
  /** Indexes of entries that are no servers of one's own. */
  readonly foreign: ReadonlySet<number>;
  /** As of `Deployments`. */
  readonly waits: boolean;
  readonly complaints: readonly Complaint[];
}

/** Written → used: defaults filled in, units settled, references resolved to objects. */
export function buildConfig(written: WrittenConfig, context: Entries): Built {
  const complaints: Complaint[] = [];
  const {
    deployments,
    backends,
    skipped,
    foreign,
    waits,
    complaints: found,
  } = readDeployments(withDefaultParams(written), context);
  complaints.push(...found);
  const hosted = deployments.filter(({ backend }) => backend.isHosted).map(({ index }) => index);
  complaints.push(...droppingDiffers(written, hosted));
  const { litellm_settings: settings, router_settings: router, rollcall } = written;
  const own = readRollcall(rollcall ?? {}, complaints);
  const traces = readTraceExport(written, own, context.env);
  complaints.push(...traces.complaints);
  const config: Config = {
    checksum: digest(JSON.stringify(written)),
    deployments,
    backends,
    aliases: byAlias(deployments),
    patterns: bySpecificity(
      new Set([...deployments.map(({ alias }) => alias), ...skipped.keys()].filter(isPattern)),
    ),
    accessGroups: readAccessGroups(deployments),
    tagFiltering:
      router?.enable_tag_filtering === true ? { matchAny: router.tag_filtering_match_any ?? true } : null,
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
    masterKeys: [readMasterKey(written, context.env), ...own.gateway.additionalMasterKeys].filter(
      ({ from }) => from !== "none",
    ),
    keyHeader: written.general_settings?.litellm_key_header_name?.toLowerCase() ?? null,
    forwardsClientHeaders: written.general_settings?.forward_client_headers_to_llm_api ?? false,
    environment: setVariables(written),
    traceExport: traces.traceExport,
    ...own,
    ...readQueue(written, own),
  };
  if (config.gateway.cors === "any" && config.masterKeys.length === 0) complaints.push(OPEN_TO_ANY_PAGE);
  if (config.keys.enabled && config.masterKeys.length === 0) complaints.push(KEYS_WITHOUT_MASTER_KEY);
  complaints.push(...limitsOfNothing(config));
  return { config, foreign, waits, complaints };
}

/** A limit for an alias that is not there limits nothing, and its author believes that it does. */
function limitsOfNothing({ aliases, keys, skipped }: Config): readonly Complaint[] {
  return Object.keys(keys.limits?.models ?? {})
    .filter((alias) => !aliases.has(alias) && !skipped.has(alias))
    .map((alias) =>
      warning(
        ["rollcall", "keys", "limits", "models", alias],
        "no entry has this model_name: nothing is limited",
      ),
    );
}

const KEYS_WITHOUT_MASTER_KEY: Complaint = error(
  ["rollcall", "keys"],
  "virtual keys are made with the master key, and there is none: set general_settings.master_key",
);

const OPEN_TO_ANY_PAGE: Complaint = error(
  ["rollcall", "gateway", "cors"],
  "any without a key would open the gateway to every page in a browser that reaches it: set general_settings.master_key, or list origins",
);

/** As LiteLLM has it: where the config says none, this variable does. */
const MASTER_KEY_VARIABLE = "LITELLM_MASTER_KEY";

function readMasterKey({ general_settings: general }: WrittenConfig, env: Environment): SecretRef {
  const written = parseSecretRef(general?.master_key);
  if (written.from !== "none" || (env[MASTER_KEY_VARIABLE] ?? "") === "") return written;
  return { from: "env", name: MASTER_KEY_VARIABLE };
}

/** Those that refer to what is not set are not set either. */
function setVariables({ environment_variables: variables = {} }: WrittenConfig): Config["environment"] {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => envNameOf(value) === null));
}

function byAlias(deployments: readonly Deployment[]): ReadonlyMap<string, readonly Deployment[]> {
  return Map.groupBy(deployments, (deployment) => deployment.alias);
}

/** Of what is served. */
function readAccessGroups(deployments: readonly Deployment[]): Config["accessGroups"] {
  const groups = new Map<string, Set<string>>();
  for (const { alias, info } of deployments)
    for (const group of info.accessGroups) groups.set(group, (groups.get(group) ?? new Set()).add(alias));
  return new Map([...groups].map(([group, aliases]) => [group, [...aliases]]));
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
