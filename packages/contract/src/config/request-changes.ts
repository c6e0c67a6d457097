import { parseDropPath, type DropPath } from "./drop-path.ts";
import { REQUEST_PARAMS, type RequestParam } from "./request-params.ts";
import type { WrittenConfig, WrittenDeployment } from "./written.ts";

/** What one entry changes in the bodies of the requests that it gets. */
export interface RequestChanges {
  /** Sent where a request has none of the kind: JSON values by LiteLLM's names. */
  readonly params: ReadonlyMap<RequestParam, unknown>;
  /** `extra_body`: fields beside these. */
  readonly extraBody: ReadonlyMap<string, unknown>;
  /** `additional_drop_params`: what is taken out. */
  readonly drops: readonly DropPath[];
  /** `always_include_stream_usage`: are streams asked for their usage? */
  readonly streamUsage: boolean;
}

/** What a request says by itself: its name, its input, and how its answer comes. In whatever case: Go's parsers have none. */
const REQUESTS_OWN: ReadonlySet<string> = new Set(["model", "stream", "messages", "prompt", "input"]);

export function isRequestsOwn(field: string): boolean {
  return REQUESTS_OWN.has(field.toLowerCase());
}

/** Null where the config changes nothing, as most do. `provider`: LiteLLM's name for it. */
export function readRequestChanges(
  { general_settings: general }: WrittenConfig,
  { litellm_params: written }: WrittenDeployment,
  provider: string | null,
): RequestChanges | null {
  const params = new Map<RequestParam, unknown>();
  for (const name of REQUEST_PARAMS) if (written[name] !== undefined) params.set(name, written[name]);
  const effort = provider === "hosted_vllm" ? effortOf(written.thinking) : null;
  if (effort !== null && !params.has("reasoning_effort")) params.set("reasoning_effort", effort);
  const changes: RequestChanges = {
    params,
    extraBody: new Map(Object.entries(written.extra_body ?? {}).filter(([field]) => !isRequestsOwn(field))),
    drops: (written.additional_drop_params ?? []).flatMap((path) => readDrop(path)),
    streamUsage: general?.always_include_stream_usage ?? false,
  };
  const isNone = params.size + changes.extraBody.size + changes.drops.length === 0 && !changes.streamUsage;
  return isNone ? null : changes;
}

function readDrop(written: string): readonly DropPath[] {
  const path = parseDropPath(written);
  return path === null || isRequestsOwn(path[0]) ? [] : [path];
}

/** LiteLLM's thresholds (`reasoning_effort_utils.py`); null where thinking is not switched on. */
function effortOf(thinking: unknown): string | null {
  const { type, budget_tokens: budget = 0 } = (thinking ?? {}) as { type?: unknown; budget_tokens?: unknown };
  if (type !== "enabled") return null;
  const tokens = Number(budget);
  if (tokens >= 4096) return "high";
  if (tokens >= 2048) return "medium";
  return tokens >= 1024 ? "low" : "minimal";
}
