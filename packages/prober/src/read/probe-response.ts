/** What came back from one GET, unjudged. `durationMs` runs from the start to the end of the body. */
export type ProbeResponse = HttpResponse | ConnectionFailure;

export interface HttpResponse {
  readonly kind: "response";
  readonly status: number;
  /** Lower-case names; one value each. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most the cap; `truncated` says that there was more. */
  readonly body: string;
  readonly truncated: boolean;
  readonly durationMs: number;
}

export interface ConnectionFailure {
  readonly kind: "failure";
  /** Node's or undici's error code, such as ECONNREFUSED or UND_ERR_CONNECT_TIMEOUT. */
  readonly code: string;
  /** The head of an answer had come: it broke off. */
  readonly isCut?: true;
  readonly durationMs: number;
}
