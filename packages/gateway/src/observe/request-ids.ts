import type { RequestContext } from "../pipeline/request-context.ts";

/** What every line about a request begins with. */
export interface RequestIds {
  readonly requestId: string;
  /** Undefined where it is part of no trace: then the line has no such field. */
  readonly traceId: string | undefined;
}

export function idsOf({ requestId, trace }: Pick<RequestContext, "requestId" | "trace">): RequestIds {
  return { requestId, traceId: trace?.traceId };
}
