export interface Usage {
  readonly prompt_tokens: number;
  readonly total_tokens: number;
  readonly completion_tokens: number;
}

/** In vLLM's order of keys. */
export function usage(prompt: number, completion: number): Usage {
  return { prompt_tokens: prompt, total_tokens: prompt + completion, completion_tokens: completion };
}

/** What `stream_options` asks for. Without it a stream carries no usage at all. */
export interface UsageWanted {
  readonly atEnd: boolean;
  readonly always: boolean;
}

export function usageWanted(body: Record<string, unknown>): UsageWanted {
  const options = body["stream_options"];
  if (typeof options !== "object" || options === null) return { atEnd: false, always: false };
  const atEnd = "include_usage" in options && options.include_usage === true;
  const always = atEnd && "continuous_usage_stats" in options && options.continuous_usage_stats === true;
  return { atEnd, always };
}
