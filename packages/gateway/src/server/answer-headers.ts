import { VERSION } from "@rollcall/contract";

/** What an answer says of the way that its request took. */
export interface Way {
  readonly requestId: string;
  /** How often backends were asked, 0 where none was. */
  readonly attempts: number;
  /** How many other aliases have stood in. */
  readonly fallbacks: number;
}

/** The headers of every answer to a request for a model: ours, and LiteLLM's names for the same. */
export function answerHeaders({ requestId, attempts, fallbacks }: Way): Record<string, string> {
  const headers: Record<string, string> = {
    "x-request-id": requestId,
    "x-litellm-call-id": requestId,
    "x-litellm-version": VERSION,
    "x-litellm-attempted-retries": attempts > 1 ? String(attempts - 1 - fallbacks) : "0",
    "x-litellm-attempted-fallbacks": fallbacks === 0 ? "0" : String(fallbacks),
  };
  if (attempts > 1) headers["x-rollcall-attempts"] = String(attempts);
  return headers;
}
