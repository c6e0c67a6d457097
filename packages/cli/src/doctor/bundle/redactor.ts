import { isIP } from "node:net";
import { isKind, isLoopbackHost, type Hiding } from "@rollcall/contract";

const HIDDEN = "[redacted]";

/** What is shorter is part of too many words. */
const LEAST_SECRET = 4;
const LEAST_HOST = 2;

const OTHER_NAME = /^host-\d+$/;

/** Texts of others than the config's: what looks like a key is one. */
const LIKELY_KEYS =
  /-----BEGIN [\s\S]*?-----END [A-Z ]+-----|\bsk-[\w-]{6,}|\bhf_\w{8,}|\bAIza[\w-]{20,}|\b(?:Bearer|Basic) +[\w.~+/=-]+/g;

/** Whatever stands behind a name that keys have, unless it only says where the key is. */
const NAMED_KEYS =
  /((?:api[-_]?key|password|secret|token|[?&]key)["']?\s*[=:]\s*["']?)(?!os\.environ\/|file\/|\[redacted|null\b|true\b|false\b)[^\s"'&,}\]]+/gi;

/** How a resolver's errors name a host. */
const UNRESOLVED = /\b(ENOTFOUND|EAI_AGAIN) ([\w.-]+)/g;

const URL_HOST = /\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/"'<>?#\\@]*@)?(\[[0-9a-f:.]+\]|[^\s/:"'<>?#\\]+)/gi;

const ADDRESS = /\[?[0-9a-f.:]*[.:][0-9a-f.:]+\]?/gi;

/** Takes keys and hosts out of texts. A host gets the same other name wherever it stands, so that texts still fit together. */
export class Redactor implements Hiding {
  readonly #secrets = new Set<string>();
  /** By lower-case name. */
  readonly #hosts = new Map<string, string>();

  secret(value: string): string {
    // Certificates and their keys are known by their looks, and are long.
    if (value.length >= LEAST_SECRET && !value.includes("-----BEGIN "))
      for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
        this.#secrets.add(form);
    return HIDDEN;
  }

  /** Its other name. Loopback and what is called as the server that runs there say nothing of anybody. */
  host(name: string): string {
    const bare = name.toLowerCase().replaceAll(/^\[|\]$/g, "");
    if (bare.length < LEAST_HOST || isKind(bare) || isOwn(bare) || OTHER_NAME.test(bare)) return name;
    const known = this.#hosts.get(bare) ?? `host-${this.#hosts.size + 1}`;
    this.#hosts.set(bare, known);
    return known;
  }

  /** The text without all that it has been told of, nor any address, nor what looks like a key. */
  text(text: string): string {
    const withoutKeys = this.#withoutSecrets(text)
      .replaceAll(LIKELY_KEYS, HIDDEN)
      .replaceAll(NAMED_KEYS, `$1${HIDDEN}`)
      .replaceAll(UNRESOLVED, (_all, code: string, host: string) => `${code} ${this.host(host)}`);
    const withoutUrls = withoutKeys.replaceAll(
      URL_HOST,
      (_all, scheme: string, host: string) => scheme + this.host(host),
    );
    return this.#withoutHosts(withoutUrls).replaceAll(ADDRESS, (found) => this.#address(found));
  }

  #withoutSecrets(text: string): string {
    if (this.#secrets.size === 0) return text;
    return text.replaceAll(new RegExp(alternatives(this.#secrets), "g"), HIDDEN);
  }

  #withoutHosts(text: string): string {
    if (this.#hosts.size === 0) return text;
    const whole = new RegExp(`(?<![\\w-])(?:${alternatives(this.#hosts.keys())})(?![\\w-])`, "gi");
    return text.replaceAll(whole, (found) => this.host(found));
  }

  /** `10.0.0.1`, `10.0.0.1:4000`, `[fd00::1]:4000`, `fd00::1`; times and versions look alike. */
  #address(found: string): string {
    const [, host = "", rest = ""] =
      /^(\[[^\]]+\]|\d+\.\d+\.\d+\.\d+(?=:|$)|.+?)((?:(?<=[\]\d]):\d+)?)$/.exec(found) ?? [];
    const bare = host.replaceAll(/^\[|\]$/g, "");
    if (isIP(bare) === 0) return found;
    const other = this.host(bare);
    return other === bare ? found : other + rest;
  }
}

function isOwn(host: string): boolean {
  return isLoopbackHost(host.includes(":") ? `[${host}]` : host);
}

/** The longest first: one may begin as another does. */
function alternatives(texts: Iterable<string>): string {
  return [...texts]
    .toSorted((one, other) => other.length - one.length)
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join("|");
}
