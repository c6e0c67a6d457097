import { digest } from "../digest.ts";
import { parseApiBase, type ApiBase } from "./api-base.ts";
import type { Backend, Deployment } from "./config.ts";
import { PLAIN_TLS, readBackendTls, type BackendTls } from "./backend-tls.ts";
import { DEFAULTS } from "./defaults.ts";
import type { Environment } from "./environment.ts";
import { differs, error, leavesOut, type Complaint } from "./problem.ts";
import { readModelInfo } from "./model-info.ts";
import { isOwnHost } from "./own-host.ts";
import { HOSTED } from "./provider-table.ts";
import { defaultsOf, readModelName, type ModelName } from "./provider.ts";
import { readBreaker } from "./read-breaker.ts";
import { readRequestChanges } from "./request-changes.ts";
import { describeSecretRef, parseSecretRef, type SecretRef } from "./secret-ref.ts";
import { SETTINGS } from "./settings.ts";
import type { WrittenConfig, WrittenDeployment } from "./written.ts";

export interface Deployments {
  readonly deployments: readonly Deployment[];
  readonly backends: readonly Backend[];
  readonly skipped: ReadonlyMap<string, string>;
  /** Indexes of entries that nobody wants served: whatever else is said of them is of no interest. */
  readonly foreign: ReadonlySet<number>;
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
  readonly #backends = new Map<string, Backend & { kind: Backend["kind"] }>();
  readonly #skipped = new Map<string, string>();
  /** How TLS is spoken with each origin, as a fingerprint. */
  readonly #tls = new Map<string, string>();
  readonly #complaints: Complaint[] = [];
  readonly #ids = new Set<string>();
  readonly #foreign = new Set<number>();
  /** For variables to be set. */
  #waits = false;

  constructor(written: WrittenConfig, env: Environment) {
    this.#written = written;
    this.#env = env;
    for (const entry of written.model_list) {
      if (entry.model_info?.id !== undefined) this.#ids.add(entry.model_info.id);
    }
  }

  read(entry: WrittenDeployment, index: number, isFaulty: boolean): void {
    const target = this.#target(entry, index);
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
    if (entry.model_name.includes("*") || params.model.includes("*")) {
      this.#skip(entry.model_name, index, "wildcards have no served name to check");
      return null;
    }
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
    if (name.kind === "unprefixed") {
      const says = "has no provider prefix, which LiteLLM refuses: taken as if openai/ stood before it";
      this.#complaints.push(differs([...path, "litellm_params", "model"], says));
    }
    const base = this.#base(entry, index, name);
    return base === null ? "faulty" : { expected: name.expected, base };
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
      backends: [...this.#backends.values()],
      skipped: this.#skipped,
      foreign: this.#foreign,
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

  /** False where it contradicts another entry. */
  #add(entry: WrittenDeployment, index: number, { expected, base }: Target): boolean {
    const params = entry.litellm_params;
    const backend = this.#backend(entry, { index, base });
    if (backend === null) return false;
    this.#deployments.push({
      id: this.#id(entry, digest(backend.id, expected)),
      alias: entry.model_name,
      expected,
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
      breaker: readBreaker(this.#written, entry),
      ...this.#timeouts(params),
      request: readRequestChanges(this.#written, entry, providerOf(entry)),
      index,
    });
    return true;
  }

  /** Null where another entry says something else of the same server. */
  #backend(entry: WrittenDeployment, { index, base }: { index: number; base: ApiBase }): Backend | null {
    const params = entry.litellm_params;
    const kind = entry.model_info?.kind ?? null;
    const apiKey = parseSecretRef(params.api_key);
    const headers = new Map(
      Object.entries({ ...lowerKeys(params.headers), ...lowerKeys(params.extra_headers) }).map(
        ([name, value]) => [name, parseSecretRef(value)],
      ),
    );
    // In whatever order they are written, they are the same headers.
    const named = [...headers].map(([name, ref]) => digest(name, identify(ref))).toSorted();
    const isTls = base.origin.startsWith("https:");
    const tls = isTls ? readBackendTls(params, this.#written, this.#env) : PLAIN_TLS;
    const id = digest(base.origin, base.apiPath, identify(apiKey), ...named, ...identifyTls(tls));
    if (!this.#isSameTls(base.origin, { index, spoken: identifyTls(tls).join() })) return null;
    const known = this.#backends.get(id);
    if (known === undefined) {
      const backend = { id, base, apiKey, headers, tls, kind, isHosted: isHosted(entry, base) };
      this.#backends.set(id, backend);
      return backend;
    }
    // One server is of one kind, whichever entry says so.
    if (kind !== null && known.kind !== null && kind !== known.kind) {
      const path = ["model_list", index, "model_info", "kind"];
      const found = `found ${kind}, but an earlier entry for the same server says ${known.kind}`;
      this.#complaints.push(error(path, `${found}: give both the same kind`));
      return null;
    }
    known.kind ??= kind;
    return known;
  }

  /** Connections are shared by all entries of one server. */
  #isSameTls(origin: string, { index, spoken }: { index: number; spoken: string }): boolean {
    const before = this.#tls.get(origin) ?? spoken;
    this.#tls.set(origin, before);
    if (before === spoken) return true;
    const found = "an earlier entry for the same server has other TLS settings: give both the same";
    this.#complaints.push(error(["model_list", index, "litellm_params"], found));
    return false;
  }

  /** The alias and a fingerprint: the same after entries were added or moved, and telling apps nothing. */
  #id(entry: WrittenDeployment, fingerprint: string): string {
    if (entry.model_info?.id !== undefined) return entry.model_info.id;
    const base = `${entry.model_name}-${fingerprint.slice(0, 6)}`;
    let id = base;
    for (let twin = 2; this.#ids.has(id); twin += 1) id = `${base}-${twin}`;
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

function nameOf({ litellm_params: params }: WrittenDeployment): ModelName {
  const apiBase = params.api_base ?? params.base_url;
  return readModelName({ model: params.model, customProvider: params.custom_llm_provider, apiBase });
}

function providerOf(entry: WrittenDeployment): string | null {
  const name = nameOf(entry);
  return name.kind === "served" ? name.provider : null;
}

/** Header names have no case. */
function lowerKeys(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Is it a service of others? OpenAI's own is, under whatever provider it is written. */
function isHosted(entry: WrittenDeployment, { hostname }: ApiBase): boolean {
  const name = nameOf(entry);
  if (/(?:^|\.)openai\.com$/.test(hostname)) return true;
  return name.kind === "served" && HOSTED.has(name.provider) && !isOwnHost(`http://${hostname}`);
}

/** Nothing where it is spoken in the ordinary way, so that ids are what they were before it could be said. */
function identifyTls({ verify, ca, cert, key }: BackendTls): readonly string[] {
  const refs = [ca, cert, key].filter(({ from }) => from !== "none");
  return verify && refs.length === 0 ? [] : [`verify ${verify}`, ...[ca, cert, key].map(identify)];
}

/** A literal secret changes the identity with its value; a reference keeps it while its value rotates. */
function identify(ref: SecretRef): string {
  return ref.from === "literal" ? digest("literal", ref.value) : describeSecretRef(ref);
}
