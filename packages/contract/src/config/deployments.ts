import { digest } from "../digest.ts";
import { parseApiBase, type ApiBase } from "./api-base.ts";
import { Backends } from "./backends.ts";
import type { Backend, Deployment } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import type { Environment } from "./environment.ts";
import { differs, error, leavesOut, type Complaint } from "./problem.ts";
import { readModelInfo } from "./model-info.ts";
import { readOutOfUse } from "./out-of-use.ts";
import { defaultsOf, modelParamsOf, nameOf, type ModelName } from "./provider.ts";
import { readBreaker } from "./read-breaker.ts";
import { readRequestChanges } from "./request-changes.ts";
import { SETTINGS } from "./settings.ts";
import { countStars, isPattern } from "./wildcard.ts";
import type { WrittenConfig, WrittenDeployment } from "./written.ts";

export interface Deployments {
  readonly deployments: readonly Deployment[];
  readonly backends: readonly Backend[];
  readonly skipped: ReadonlyMap<string, string>;
  /** Indexes of entries that nobody wants served: whatever else is said of them is of no interest. */
  readonly foreign: ReadonlySet<number>;
  /** Is an entry not served only for now: until a variable is set, or until it says so itself no more? */
  readonly waits: boolean;
  readonly complaints: readonly Complaint[];
}

/** What is known of the entries beside themselves. */
export interface Entries {
  readonly env: Environment;
  /** The index of each as it is written. */
  readonly entries: readonly number[];
  /** By that index: entries that cannot be served at present, and why. */
  readonly leftOut: ReadonlyMap<number, string>;
  /** Those that are told to be at fault already. */
  readonly faulty: ReadonlySet<number>;
}

/** Reads `model_list`: what can be served becomes a deployment, the rest is skipped with its reason or refused. */
export function readDeployments(
  written: WrittenConfig,
  { entries, leftOut, faulty, env }: Entries,
): Deployments {
  const reader = new DeploymentReader(written, env);
  written.model_list.forEach((entry, index) => {
    const original = entries[index] ?? index;
    const why = leftOut.get(original);
    if (why === undefined) reader.read(entry, index, faulty.has(original));
    else reader.leaveOut(entry, index, why);
  });
  return reader.finish();
}

/** Said to apps, which learn nothing of what stands in the config. */
const FAULTY = "its entry in the config is at fault";

class DeploymentReader {
  readonly #written: WrittenConfig;
  readonly #env: Environment;
  readonly #deployments: Deployment[] = [];
  readonly #skipped = new Map<string, string>();
  readonly #complaints: Complaint[] = [];
  readonly #backends: Backends;
  readonly #ids = new Set<string>();
  /** By what their ids begin with: the number of the last. */
  readonly #twins = new Map<string, number>();
  readonly #foreign = new Set<number>();
  #waits = false;

  constructor(written: WrittenConfig, env: Environment) {
    this.#written = written;
    this.#env = env;
    this.#backends = new Backends(written, env, this.#complaints);
    for (const entry of written.model_list) {
      if (entry.model_info?.id !== undefined) this.#ids.add(entry.model_info.id);
    }
  }

  read(entry: WrittenDeployment, index: number, isFaulty: boolean): void {
    const target = this.#isOutOfUse(entry, index) ? null : this.#target(entry, index);
    if (target === null) return;
    const isWhole = target !== "faulty" && !isFaulty && this.#add(entry, index, target);
    if (!isWhole) this.#skipped.set(entry.model_name, FAULTY);
  }

  /** One whose variables are not set: told already where it refers to them. */
  leaveOut(entry: WrittenDeployment, index: number, why: string): void {
    const name = nameOf(entry);
    if (name.kind === "hosted" || name.kind === "other_protocol") {
      this.#skipForeign(entry, index, name);
      return;
    }
    this.#skipped.set(entry.model_name, why);
    this.#waits = true;
  }

  /** Null: it is not to be served, and why has been said. */
  #target(entry: WrittenDeployment, index: number): Target | "faulty" | null {
    const path = ["model_list", index] as const;
    const params = entry.litellm_params;
    const name = nameOf(entry);
    if (name.kind === "hosted" || name.kind === "other_protocol") {
      this.#skipForeign(entry, index, name);
      return null;
    }
    if (name.expected === "") {
      const found = `found ${JSON.stringify(params.model)}, expected a name after the prefix: openai/<served name>`;
      this.#complaints.push(error([...path, "litellm_params", "model"], found));
      return "faulty";
    }
    if (countStars(params.model) > countStars(entry.model_name)) {
      const found = `found ${JSON.stringify(params.model)}, whose * nothing in model_name stands for`;
      this.#complaints.push(error([...path, "litellm_params", "model"], found));
      return "faulty";
    }
    if (name.kind === "unprefixed" && params.model !== "*") {
      const says = "has no provider prefix, which LiteLLM refuses: taken as if openai/ stood before it";
      this.#complaints.push(differs([...path, "litellm_params", "model"], says));
    }
    const base = this.#base(entry, index, name);
    return base === null ? "faulty" : { expected: name.expected, base };
  }

  #isOutOfUse({ model_name: alias, model_info: info }: WrittenDeployment, index: number): boolean {
    const found = readOutOfUse(info, this.#env);
    if (found === null) return false;
    const { why, complaint } = found;
    this.#skipped.set(alias, why);
    this.#waits = true;
    this.#complaints.push({ ...complaint, path: ["model_list", index, "model_info", ...complaint.path] });
    return true;
  }

  #skipForeign({ model_name: alias }: WrittenDeployment, index: number, name: ForeignName): void {
    this.#foreign.add(index);
    this.#skip(
      alias,
      index,
      name.kind === "hosted"
        ? `provider ${name.provider} is a service of others, and the entry has no api_base of its own`
        : `provider ${name.provider} does not speak OpenAI's protocol to a server of yours`,
    );
  }

  finish(): Deployments {
    if (
      this.#deployments.length === 0 &&
      !this.#waits &&
      !this.#complaints.some((one) => one.severity === "error")
    ) {
      this.#complaints.push(
        error(["model_list"], "has no deployment that can be served: add an entry with model and api_base"),
      );
    }
    return {
      deployments: this.#deployments,
      backends: this.#backends.all(),
      skipped: this.#skipped,
      foreign: this.#foreign,
      waits: this.#waits,
      complaints: this.#complaints,
    };
  }

  #skip(alias: string, index: number, why: string): void {
    this.#skipped.set(alias, why);
    this.#complaints.push(leavesOut(["model_list", index], `is skipped: ${why}`));
  }

  #base(entry: WrittenDeployment, index: number, name: ModelName): ApiBase | null {
    const params = entry.litellm_params;
    const key = params.api_base === undefined && params.base_url !== undefined ? "base_url" : "api_base";
    const written = params[key];
    if (written === undefined) {
      const [variable] = name.kind === "served" ? (defaultsOf(name.provider).baseVariables ?? []) : [];
      const hint = variable === undefined ? "" : ` (or that the variable ${variable} names)`;
      const missing =
        "api_base is missing: Rollcall calls only servers that the config names, such as http://host:8000/v1";
      this.#complaints.push(error(["model_list", index, "litellm_params"], `${missing}${hint}`));
      return null;
    }
    const base = parseApiBase(written);
    if (base.ok) return base.value;
    this.#complaints.push(error(["model_list", index, "litellm_params", key], base.error));
    return null;
  }

  /** False where it contradicts another entry. As in LiteLLM, each organization is a deployment of its own. */
  #add(entry: WrittenDeployment, index: number, { expected, base }: Target): boolean {
    const { organization } = entry.litellm_params;
    const organizations = Array.isArray(organization) ? organization : [organization ?? null];
    const backends = organizations.map((one) => this.#backends.of(entry, { index, base, organization: one }));
    for (const [place, backend] of backends.entries()) {
      if (backend === null) return false;
      this.#addOne(entry, index, { expected, backend, isTwin: place > 0 });
    }
    return backends.length > 0;
  }

  #addOne(
    entry: WrittenDeployment,
    index: number,
    { expected, backend, isTwin }: { expected: string; backend: Backend; isTwin: boolean },
  ): void {
    const params = entry.litellm_params;
    this.#deployments.push({
      id: this.#id(entry, digest(backend.id, expected), isTwin),
      alias: entry.model_name,
      expected,
      wildcard: isPattern(params.model) ? modelParamsOf(entry) : null,
      backend,
      check: digest(backend.id, expected),
      mode: entry.model_info?.mode ?? "chat",
      info: readModelInfo(entry.model_info),
      canary:
        entry.model_info?.canary ?? this.#written.rollcall?.prober?.canary ?? SETTINGS.prober.canary.default,
      disabled: entry.model_info?.disabled ?? false,
      order: params.order ?? 0,
      weight: this.#weight(params),
      maxParallel: params.max_parallel_requests ?? null,
      numRetries: params.num_retries ?? null,
      tags: params.tags ?? [],
      breaker: readBreaker(this.#written, entry),
      ...this.#timeouts(params),
      request: readRequestChanges(this.#written, entry, providerOf(entry)),
      index,
    });
  }

  /** The alias and a fingerprint: the same after entries were added or moved, and telling apps nothing. */
  #id(entry: WrittenDeployment, fingerprint: string, isTwin: boolean): string {
    const written = entry.model_info?.id;
    if (written !== undefined && !isTwin) return written;
    const base = written ?? `${entry.model_name}-${fingerprint.slice(0, 6)}`;
    let id = base;
    let twin = this.#twins.get(base) ?? 1;
    while (this.#ids.has(id)) id = `${base}-${(twin += 1)}`;
    this.#twins.set(base, twin);
    this.#ids.add(id);
    return id;
  }

  /** LiteLLM's simple-shuffle takes the rate that a deployment can bear for its weight; nobody else does. */
  #weight({ weight, rpm, tpm }: WrittenDeployment["litellm_params"]): number {
    const isShuffle = this.#written.router_settings?.routing_strategy === "simple-shuffle";
    return weight ?? (isShuffle ? (rpm ?? tpm) : undefined) ?? 1;
  }

  #timeouts(params: WrittenDeployment["litellm_params"]): { timeoutMs: number; streamTimeoutMs: number } {
    const { router_settings: router, litellm_settings: settings } = this.#written;
    const seconds = params.timeout ?? router?.timeout ?? settings?.request_timeout;
    const stream = params.stream_timeout ?? router?.stream_timeout;
    return {
      timeoutMs: seconds === undefined ? DEFAULTS.timeoutMs : seconds * 1_000,
      streamTimeoutMs: stream === undefined ? DEFAULTS.streamTimeoutMs : stream * 1_000,
    };
  }
}

interface Target {
  readonly expected: string;
  readonly base: ApiBase;
}

type ForeignName = Extract<ModelName, { provider: string }>;

function providerOf(entry: WrittenDeployment): string | null {
  const name = nameOf(entry);
  return name.kind === "served" ? name.provider : null;
}
