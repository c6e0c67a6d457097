import { parseDocument, stringify } from "yaml";
import { isRecord } from "../is-record.ts";
import { isLoopbackHost } from "./api-base.ts";

/** What is put in place of what is hidden, and who hears of it: the same may stand in other texts. */
export interface Hiding {
  /** A name that stands for this host. */
  host(name: string): string;
  /** Stands for any secret. */
  secret(value: string): string;
}

/** Texts that say nothing of anybody: names of one's own models, words of LiteLLM's and ours, files. */
const KEPT = new Set(
  `model_name model base_model mode id kind routing_strategy tags access_groups supported_environments include env_file
   file success_callback failure_callback callbacks service_callback default_fallbacks on_stale compat cors level format
   custom_llm_provider access_log`.split(/\s+/),
);

/** Below these stand aliases alone. */
const KEPT_BELOW = new Set([
  "fallbacks",
  "context_window_fallbacks",
  "content_policy_fallbacks",
  "model_group_alias",
]);

/** Below these stands whatever somebody needed, keys as a rule. */
const HIDDEN_BELOW = new Set([
  "extra_headers",
  "headers",
  "environment_variables",
  "credential_values",
  "default_headers",
]);

const SECRET_KEY = /(?:^|_)(?:keys?|token|secret|password|pepper)$/i;

const REFERENCE = /^(?:os\.environ|file)\//;

const MEASURE = /^\d+(?:\.\d+)?\s?(?:[a-z]{1,3})?$/i;

/**
 * A written config as it may be shown to strangers: structure, numbers, and texts that are known to say nothing. Hosts get
 * other names, comments go, and every other text is hidden. Null where it is no YAML.
 */
export function redactConfig(text: string, hiding: Hiding): string | null {
  const document = parseDocument(text, { logLevel: "silent" });
  if (document.errors.length > 0) return null;
  const written: unknown = document.toJS({ maxAliasCount: 1_000 });
  return stringify(redact(written, { path: [], hiding }), { aliasDuplicateObjects: false });
}

interface Place {
  /** Keys of the maps that it stands in, the innermost one last. */
  readonly path: readonly string[];
  readonly hiding: Hiding;
}

function redact(value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, place));
  if (isRecord(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        redact(item, { ...place, path: [...place.path, key] }),
      ]),
    );
  if (isSecret(place.path)) return hideSecret(value, place.hiding);
  return typeof value === "string" ? redactText(value, place) : value;
}

function isSecret(path: readonly string[]): boolean {
  return SECRET_KEY.test(path.at(-1) ?? "") || path.some((key) => HIDDEN_BELOW.has(key));
}

function hideSecret(value: unknown, hiding: Hiding): unknown {
  if (value === null || typeof value === "boolean") return value;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return REFERENCE.test(text) ? text : hiding.secret(text);
}

function redactText(text: string, { path, hiding }: Place): string {
  const key = path.at(-1) ?? "";
  if (REFERENCE.test(text)) return text;
  if (/^[a-z]+:\/\//i.test(text)) return redactUrl(text, hiding);
  if (KEPT.has(key) || path.some((one) => KEPT_BELOW.has(one)) || MEASURE.test(text)) return text;
  return key === "host" && isLoopbackHost(text) ? text : hiding.secret(text);
}

/** Scheme, port and path stay: they are what is wrong with it as a rule. */
function redactUrl(text: string, hiding: Hiding): string {
  const url = URL.parse(text);
  if (url === null) return hiding.secret(text);
  const host = isLoopbackHost(url.hostname) ? url.hostname : hiding.host(url.hostname);
  return `${url.protocol}//${host}${url.port === "" ? "" : `:${url.port}`}${url.pathname === "/" ? "" : url.pathname}`;
}
