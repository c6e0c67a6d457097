import path from "node:path";
import {
  CREDENTIALS_VARIABLE,
  describeSecretRef,
  isSendable,
  NOT_SENDABLE,
  NO_SECRET,
  type Backend,
  type Config,
  type Environment,
  type Result,
  type SecretRef,
  err,
  ok,
} from "@rollcall/contract";
import { lookAt, type FileLook } from "./file-look.ts";

export interface SecretSource {
  readonly env: Environment;
  /** Directory that `file/` paths are relative to: the config's own. */
  readonly directory: string;
  /** How a file is read. */
  readonly look?: (path: string) => FileLook;
}

/** The value behind a reference; `null` for a reference that says "no key". One trailing newline of a file is not part of it. */
export function resolveSecret(ref: SecretRef, source: SecretSource): Result<string | null, string> {
  switch (ref.from) {
    case "none":
      return ok(null);
    case "literal":
      return checked(ref.value, ref);
    case "env": {
      // Own ones alone: every object answers to names such as `constructor`.
      const value = Object.hasOwn(source.env, ref.name) ? source.env[ref.name] : undefined;
      return value === undefined || value === ""
        ? err(`environment variable ${ref.name} is not set`)
        : checked(value, ref);
    }
    case "file": {
      const found = readFile(ref.path, source);
      return found.ok ? checked(found.value.replace(/\r?\n$/, ""), ref) : found;
    }
    case "pem": {
      const found = readFile(ref.path, source);
      if (!found.ok || found.value.includes("-----BEGIN ")) return found;
      return err(`the file ${ref.path} holds no PEM`);
    }
    default:
      return ref satisfies never;
  }
}

/**
 * Where the file of a secret is; null where its place is in a variable that is not set. Of all variables one alone stands for a
 * directory: each unit has another, so that no config can name it.
 */
export function secretPath(
  written: string,
  { env, directory }: Pick<SecretSource, "directory" | "env">,
): string | null {
  const variable = `$${CREDENTIALS_VARIABLE}/`;
  if (!written.startsWith(variable)) return path.resolve(directory, written);
  const credentials = env[CREDENTIALS_VARIABLE] ?? "";
  return credentials === "" ? null : path.resolve(directory, credentials, written.slice(variable.length));
}

function readFile(written: string, source: SecretSource): Result<string, string> {
  const file = secretPath(written, source);
  if (file === null)
    return err(`cannot read the file ${written}: environment variable ${CREDENTIALS_VARIABLE} is not set`);
  const { text, problem } = (source.look ?? lookAt)(file);
  return text === null ? err(`cannot read the file ${written}: ${problem}`) : ok(text);
}

/** What cannot stand in a header would only fail later, at every request. */
function checked(value: string, ref: SecretRef): Result<string, string> {
  if (/^[\t\x20-\x7e\x80-\xff]+$/.test(value)) return ok(value);
  const what = ref.from === "literal" ? "the value written in the config" : describeSecretRef(ref);
  return err(`${what} is empty or holds a character that no header can carry, such as a line break`);
}

/** A backend may be sent what no client could send us. */
function asMasterKey(found: Result<string | null, string>, ref: SecretRef): Result<string | null, string> {
  if (!found.ok || found.value === null || isSendable(found.value)) return found;
  return err(`the value of ${describeSecretRef(ref)} ${NOT_SENDABLE}`);
}

/** One that could not be read. */
interface Missing {
  readonly where: string;
  readonly ref: SecretRef;
  /** Why, in words that hold no value. */
  readonly problem: string;
}

/** All secrets a config refers to, read at once. Asked for by reference; never printed. */
export class Secrets {
  readonly #values: ReadonlyMap<string, string | null>;
  readonly #missing: readonly Missing[];
  /** What could not be read, in words that hold no value: config path → complaint. */
  readonly problems: ReadonlyMap<string, string>;

  private constructor(values: ReadonlyMap<string, string | null>, missing: readonly Missing[]) {
    this.#values = values;
    this.#missing = missing;
    this.problems = new Map(missing.map(({ where, problem }) => [where, problem]));
  }

  /** From what `values` gave in another process. */
  static of(values: ReadonlyMap<string, string | null>): Secrets {
    return new Secrets(values, []);
  }

  static read(config: Config, source: SecretSource): Secrets {
    const values = new Map<string, string | null>();
    const missing: Missing[] = [];
    const env = { ...source.env, ...config.environment };
    // Thousands of deployments may share one key, and all this is done every second.
    const read = new Map<string, Result<string | null, string>>();
    for (const [where, ref] of secretRefsOf(config)) {
      const key = keyOf(ref);
      const found = read.get(key) ?? resolveSecret(ref, { ...source, env });
      read.set(key, found);
      const usable = isMasterKey(where) ? asMasterKey(found, ref) : found;
      if (usable.ok) values.set(key, usable.value);
      else missing.push({ where, ref, problem: usable.error });
    }
    return new Secrets(values, missing);
  }

  /** With the values that `before` has of those that are missing now: a key file may be away for a moment. */
  keeping(before: Secrets): Secrets {
    const kept = this.#missing
      .map(({ ref }) => keyOf(ref))
      .flatMap((key) => (before.#values.has(key) ? [[key, before.#values.get(key) ?? null] as const] : []));
    return new Secrets(new Map([...this.#values, ...kept]), this.#missing);
  }

  /** Of `problems` those that no earlier value stands in for. */
  get lacking(): ReadonlyMap<string, string> {
    const lacking = this.#missing.filter(({ ref }) => !this.#has(ref));
    return new Map(lacking.map(({ where, problem }) => [where, problem]));
  }

  /** Of `problems` those that an earlier value stands in for. */
  get kept(): ReadonlyMap<string, string> {
    return new Map([...this.problems].filter(([where]) => !this.lacking.has(where)));
  }

  /** Why nothing can be sent to this backend: a secret that its requests need has no value. Null where it has all. */
  lackOf({ apiKey, headers, tls }: Pick<Backend, "apiKey" | "headers" | "tls">): string | null {
    const ref = [apiKey, ...headers.values(), tls.ca, tls.cert, tls.key].find((one) => !this.#has(one));
    if (ref === undefined) return null;
    const known = this.#missing.find((one) => keyOf(one.ref) === keyOf(ref));
    return known?.problem ?? `${describeSecretRef(ref)} cannot be read`;
  }

  #has(ref: SecretRef): boolean {
    return ref.from === "none" || this.#values.has(keyOf(ref));
  }

  /** To be handed to a process that does our work, and to nobody else. */
  get values(): ReadonlyMap<string, string | null> {
    return this.#values;
  }

  value(ref: SecretRef): string | null {
    return this.#values.get(keyOf(ref)) ?? null;
  }

  /** Of references that mean the same those that have a value. */
  valuesOf(refs: readonly SecretRef[]): readonly string[] {
    return refs.flatMap((ref) => this.value(ref) ?? []);
  }

  /** Same values behind all references? */
  equals(other: Secrets): boolean {
    return (
      this.#values.size === other.#values.size &&
      [...this.#values].every(([key, value]) => other.#values.get(key) === value)
    );
  }
}

export const MASTER_KEY = "general_settings.master_key";

const ADDITIONAL_MASTER_KEYS = "rollcall.gateway.additional_master_keys";

/** Places of the secrets that virtual keys need. */
export const KEY_PEPPER = "rollcall.keys.pepper";
export const CONTROL_TOKEN = "rollcall.control.token";

/** Place of those that an endpoint for spans wants. */
export const TRACE_HEADERS = "rollcall.traces.headers";

/** Is it a place in the config where a key that apps send is written? */
export function isMasterKey(where: string): boolean {
  return where === MASTER_KEY || where.startsWith(ADDITIONAL_MASTER_KEYS);
}

/** Every secret that a config refers to, with the place that does. */
export function* secretRefsOf(config: Config): Generator<readonly [string, SecretRef]> {
  const { masterKeys, gateway, keys, control, traceExport } = config;
  const own = masterKeys.length - gateway.additionalMasterKeys.length;
  for (const [index, ref] of masterKeys.entries())
    yield [index < own ? MASTER_KEY : `${ADDITIONAL_MASTER_KEYS}[${index - own}]`, ref];
  yield [KEY_PEPPER, keys.pepper ?? NO_SECRET];
  yield [CONTROL_TOKEN, control.token ?? NO_SECRET];
  for (const { headers, headerLists, basic } of traceExport.destinations) {
    for (const [name, ref] of headers) yield [`${TRACE_HEADERS}.${name}`, ref];
    for (const ref of [...headerLists, ...(basic === null ? [] : [basic.user, basic.password])])
      yield [`${TRACE_HEADERS} (${describeSecretRef(ref)})`, ref];
  }
  for (const deployment of config.deployments) {
    const where = `model_list[${deployment.index}].litellm_params`;
    yield [`${where}.api_key`, deployment.backend.apiKey];
    const { ca, cert, key } = deployment.backend.tls;
    yield [`${where}.ssl_verify`, ca];
    yield [`${where}.client_cert`, cert];
    yield [`${where}.client_key`, key];
    for (const [name, ref] of deployment.backend.headers) yield [`${where}.extra_headers.${name}`, ref];
  }
}

function keyOf(ref: SecretRef): string {
  if (ref.from === "literal") return `literal ${ref.value}`;
  return describeSecretRef(ref);
}
