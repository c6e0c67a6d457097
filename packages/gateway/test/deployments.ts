import {
  parseConfig,
  type Config,
  type Deployment,
  type Reason,
  type Snapshot,
  type Verdict,
} from "@rollcall/contract";

/** A config as the daemons read it. The text is JSON, which is YAML too. */
export function readConfig(written: object): Config {
  const main = { file: "config.yaml", text: JSON.stringify(written) };
  const { config, problems } = parseConfig({ main, included: [] }, {});
  if (config === null) throw new Error(JSON.stringify(problems));
  return config;
}

export interface Entry {
  readonly alias?: string;
  /** `litellm_params` beside model and api_base. */
  readonly params?: object;
  /** `model_info` beside the id. */
  readonly info?: object;
}

/** A config of these entries by id, each on a server of its own that serves `upstream-name`. */
export function configOf(entries: Readonly<Record<string, Entry>>, settings: object = {}): Config {
  return readConfig({
    model_list: Object.entries(entries).map(([id, { alias = "chat", params = {}, info = {} }]) => ({
      model_name: alias,
      litellm_params: { model: "openai/upstream-name", api_base: `http://${id}.internal:8000/v1`, ...params },
      model_info: { id, ...info },
    })),
    ...settings,
  });
}

export function deploymentOf(id: string, entry: Entry = {}): Deployment {
  const [deployment] = configOf({ [id]: entry }).deployments;
  if (deployment === undefined) throw new Error("the config has no deployment");
  return deployment;
}

/** What the prober would say of a deployment. */
export function verdictOn(
  deployment: Deployment,
  reason: Reason = "ok",
  facts: Partial<Verdict> = {},
): Verdict {
  const ready = reason === "ok" || reason === "wrong_name";
  return {
    deployment: deployment.id,
    alias: deployment.alias,
    check: deployment.check,
    ready,
    nameMatches: reason === "ok" ? true : reason === "wrong_name" ? false : null,
    reason,
    warnings: [],
    expected: deployment.expected,
    found: [],
    detail: "",
    hint: "",
    since: 0,
    observedAt: 0,
    lastGoodAt: null,
    ...facts,
  };
}

export function snapshotOf(verdicts: readonly Verdict[], facts: Partial<Snapshot> = {}): Snapshot {
  return {
    sequence: 1,
    writtenAt: 0,
    intervalMs: 1_000,
    prober: { instance: "prober-1", startedAt: 0 },
    config: "",
    verdicts,
    ...facts,
  };
}
