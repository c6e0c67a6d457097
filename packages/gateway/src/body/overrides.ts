import { isRecord, type TagFiltering } from "@rollcall/contract";
import { readSpan, type RequestFields, type Span } from "./json-fields.ts";

/** What one request may ask for itself, as LiteLLM reads it; what is of another shape is not there. */
export interface Overrides {
  readonly fallbacks: readonly string[] | null;
  readonly disableFallbacks: boolean;
  readonly numRetries: number | null;
  readonly timeoutMs: number | null;
  /** To the first token of a stream. */
  readonly streamTimeoutMs: number | null;
  /** For tag filtering; null where the config has none. */
  readonly tags: readonly string[] | null;
}

const NONE: Overrides = {
  fallbacks: null,
  disableFallbacks: false,
  numRetries: null,
  timeoutMs: null,
  streamTimeoutMs: null,
  tags: null,
};

/** More than this is no override, and parsing it would be a way to make the gateway busy. */
const LONGEST_BYTES = 16 * 1024;

/** LiteLLM's `max_fallbacks`. */
const MOST_FALLBACKS = 5;

/** What the config allows bounds what a request may ask for. */
export interface OverrideLimits {
  readonly numRetries: number;
  readonly tagFiltering: TagFiltering | null;
}

/** Where one request may ask for it: the body, and LiteLLM's headers, which count before it. */
export interface Asking {
  readonly body: Buffer;
  readonly fields: Pick<RequestFields, "spans">;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export function readOverrides(asking: Asking, limits: OverrideLimits): Overrides {
  const overrides = readUntagged(asking, limits);
  return limits.tagFiltering === null ? overrides : { ...overrides, tags: readTags(asking) };
}

/** From `x-litellm-tags`, and from `tags` and `metadata.tags` of the body: all of them count. */
function readTags({ body, fields: { spans }, headers }: Asking): readonly string[] {
  const header = headers["x-litellm-tags"];
  const metadata = readShort(body, spans.metadata);
  const lists = [
    typeof header === "string" ? header.split(",").map((tag) => tag.trim()) : [],
    readShort(body, spans.tags),
    isRecord(metadata) ? metadata["tags"] : [],
  ];
  const tags = lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : []));
  return [...new Set(tags)].filter((tag) => typeof tag === "string").filter((tag) => tag !== "");
}

function readShort(body: Buffer, span: Span | undefined): unknown {
  return span === undefined || span.end - span.start > LONGEST_BYTES ? undefined : readSpan(body, span);
}

function readUntagged({ body, fields, headers }: Asking, limits: OverrideLimits): Overrides {
  const inBody = readBody(body, fields, limits);
  const timeout = headers["x-litellm-timeout"];
  const streamTimeout = headers["x-litellm-stream-timeout"];
  const retries = headers["x-litellm-num-retries"];
  if (timeout === undefined && streamTimeout === undefined && retries === undefined) return inBody;
  return {
    ...inBody,
    timeoutMs: readSeconds(readNumber(timeout)) ?? inBody.timeoutMs,
    streamTimeoutMs: readSeconds(readNumber(streamTimeout)),
    numRetries: readRetries(readNumber(retries), limits) ?? inBody.numRetries,
  };
}

function readBody(body: Buffer, { spans }: Pick<RequestFields, "spans">, limits: OverrideLimits): Overrides {
  const { fallbacks, disable_fallbacks: disable, num_retries: retries, timeout } = spans;
  if (fallbacks === undefined && disable === undefined && retries === undefined && timeout === undefined)
    return NONE;
  const names = readShort(body, fallbacks);
  const count = readShort(body, retries);
  const seconds = readShort(body, timeout);
  return {
    fallbacks: Array.isArray(names)
      ? [...new Set(names.map(nameOf))].filter((name) => name !== null).slice(0, MOST_FALLBACKS)
      : null,
    disableFallbacks: readShort(body, disable) === true,
    numRetries: readRetries(count, limits),
    timeoutMs: readSeconds(seconds),
    streamTimeoutMs: null,
    tags: null,
  };
}

function readRetries(count: unknown, { numRetries }: OverrideLimits): number | null {
  return Number.isInteger(count) && Number(count) >= 0 ? Math.min(Number(count), numRetries) : null;
}

function readSeconds(seconds: unknown): number | null {
  return typeof seconds === "number" && seconds > 0 && Number.isFinite(seconds) ? seconds * 1_000 : null;
}

/** A header's plain decimal number; undefined where it is none. */
function readNumber(header: string | readonly string[] | undefined): number | undefined {
  return typeof header === "string" && /^\d{1,9}(\.\d{1,9})?$/.test(header) ? Number(header) : undefined;
}

/** `"other"` or `{"model": "other", …}`. */
function nameOf(entry: unknown): string | null {
  if (typeof entry === "string") return entry;
  const model = (entry as { model?: unknown } | null)?.model;
  return typeof model === "string" ? model : null;
}
