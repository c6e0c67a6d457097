import type { Reason } from "@rollcall/contract";

/** Why a deployment did not get a request, beside the reasons that verdicts and requests find. */
export type WhyNot =
  | Reason
  /** It has as many requests as `max_parallel_requests` allows. */
  | "full"
  /** This request has failed on it. */
  | "tried"
  /** Its server does not have the endpoint. */
  | "lacks_endpoint"
  /** One with a lower `order` could be taken. */
  | "order"
  /** Its tags are not those of the request. */
  | "tags";

/** A deployment that a choice left out. */
export interface PassedOver {
  readonly id: string;
  readonly why: WhyNot;
}

export const NOBODY: readonly PassedOver[] = [];
