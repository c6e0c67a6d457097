import type { ResponseSink, Sending } from "./http1/sending.ts";
import type { UpstreamRequest } from "./http1/request-bytes.ts";

/** Carries requests to backends. */
export interface Transport {
  /** `origin`: `http://host:8000`. The sink hears nothing within the call. */
  send(origin: string, request: UpstreamRequest, sink: ResponseSink): Sending;
}
