import { digest } from "../digest.ts";
import type { ApiBase } from "./api-base.ts";
import { PLAIN_TLS, readBackendTls, type BackendTls } from "./backend-tls.ts";
import type { Backend } from "./config.ts";
import type { Environment } from "./environment.ts";
import { isOwnHost } from "./own-host.ts";
import { error, type Complaint } from "./problem.ts";
import { HOSTED } from "./provider-table.ts";
import { nameOf } from "./provider.ts";
import { describeSecretRef, parseSecretRef, type SecretRef } from "./secret-ref.ts";
import type { WrittenConfig, WrittenDeployment } from "./written.ts";

/** Where an entry leads, and for whom. */
export interface Destination {
  readonly index: number;
  readonly base: ApiBase;
  /** One of the entry's organizations, or null where it has none. */
  readonly organization: string | null;
}

/** The servers of a config, each of them once, however many entries lead to it. */
export class Backends {
  readonly #written: WrittenConfig;
  readonly #env: Environment;
  readonly #complaints: Complaint[];
  readonly #backends = new Map<string, Backend & { kind: Backend["kind"] }>();
  /** How TLS is spoken with each origin, as a fingerprint. */
  readonly #tls = new Map<string, string>();

  /** Complaints are added to those that are given. */
  constructor(written: WrittenConfig, env: Environment, complaints: Complaint[]) {
    this.#written = written;
    this.#env = env;
    this.#complaints = complaints;
  }

  all(): readonly Backend[] {
    return [...this.#backends.values()];
  }

  /** Null where another entry says something else of the same server. */
  of(entry: WrittenDeployment, { index, base, organization }: Destination): Backend | null {
    const params = entry.litellm_params;
    const kind = entry.model_info?.kind ?? null;
    const apiKey = parseSecretRef(params.api_key);
    const headers = readHeaders(params, organization);
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
}

function readHeaders(
  { headers: also, extra_headers: written }: WrittenDeployment["litellm_params"],
  organization: string | null,
): Map<string, SecretRef> {
  // OpenAI's client sends it for LiteLLM, unless another one is written.
  const own = organization === null ? {} : { "openai-organization": organization };
  const headers = { ...own, ...lowerKeys(also), ...lowerKeys(written) };
  return new Map(Object.entries(headers).map(([name, value]) => [name, parseSecretRef(value)]));
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
