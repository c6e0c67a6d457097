import type { Kind } from "../kind.ts";

/** Keys from the outermost object inwards: `["response", "model"]`. */
export type KeyPath = readonly string[];

/** What a request of an endpoint is counted in, beside itself. */
export type Unit = "tokens" | "seconds" | "characters" | "images" | "searches";

/** Where a request says which model it is for. A `{model}` in the path called counts before both. */
export type ModelPlace =
  /** Top-level field of a JSON body. */
  | "json"
  /** Field of a multipart/form-data body, before or behind its files. */
  | "multipart"
  /** Nowhere: `{id}` in the path is that of an object, which the gateway knows the deployment of. */
  | "object_id"
  /** Query parameter; on a WebSocket without one, its first message that names a model. */
  | "query";

/** In whose shape errors are told: the answer's, and those within a stream. */
export type Dialect = "openai" | "anthropic" | "cohere";

/** How server-sent events of an endpoint are framed. */
export interface EventShape {
  /** Where the data object of an event repeats the model's name. */
  readonly model: readonly KeyPath[];
  /** Where usage stands in the events that have it: where there are several, first in one that opens the stream. */
  readonly usage: readonly KeyPath[];
  /** Do events carry an `event:` line? */
  readonly named: boolean;
  /** Names of events that open a stream and carry nothing of the answer. */
  readonly opening: readonly string[];
  /** Data (`[DONE]`) or event name that ends a whole stream. */
  readonly terminal: readonly string[];
  /** Key whose first value beside null says that the answer is whole; null where the terminal says so by itself. */
  readonly finish: string | null;
}

/** What a backend answers. */
export interface ResponseShape {
  /** Where a JSON answer repeats the model's name; empty where the answer is not JSON. */
  readonly model: readonly KeyPath[];
  /** Key that every JSON answer has and no error; null where servers differ. */
  readonly content: string | null;
  readonly usage: KeyPath;
  /** Null where the endpoint does not stream events. */
  readonly events: EventShape | null;
}

/** The smallest request that proves that a model can serve. */
export interface CanaryRequest {
  /** `model_info.mode` of the deployments that it is sent to. */
  readonly modes: readonly string[];
  /** The body; `tokens` is how many are asked for. */
  body(model: string, tokens: number): object;
}

/**
 * Asks a server whether it has an endpoint: nothing is generated, loaded or changed by it. The body is JSON that no server
 * takes, by fields of wrong types: for what is only missing some have a default.
 */
export interface RouteProbe {
  readonly body: object;
}

/** Where a server has an operation. */
export interface UpstreamPlace {
  readonly upstreamPath: string;
  readonly below: "api" | "root";
}

/** Where a server of that kind has it. */
export function placeOf(endpoint: Endpoint, kind: Kind): UpstreamPlace {
  return endpoint.elsewhere?.[kind] ?? endpoint;
}

/** One API operation that apps may call: everything that the daemons know about it. */
export interface Endpoint {
  /** The `endpoint` label of metrics and logs. */
  readonly name: string;
  readonly method: "GET" | "POST";
  /** Spoken once the connection is upgraded; absent for plain HTTP. */
  readonly upgrade?: "websocket";
  /** Every path under which apps may call it, with no slash at its end. `{model}` stands for a model name, slashes included; `{id}` for that of an object. */
  readonly paths: readonly string[];
  /** Below the backend's API base or its root, in lower case: `/chat/completions`. */
  readonly upstreamPath: string;
  /** Servers of a kind that have it in another place. */
  readonly elsewhere?: Readonly<Partial<Record<Kind, UpstreamPlace>>>;
  /** What of the query reaches the backend; nothing where it is absent. */
  readonly query?: readonly string[];
  /** Servers put what is not OpenAI's beside `/v1`, not below it. */
  readonly below: "api" | "root";
  readonly dialect: Dialect;
  readonly model: ModelPlace;
  /** LiteLLM's mode. A request may leave the model out where one alias alone has it: that one is meant. */
  readonly impliedMode?: string;
  readonly response: ResponseShape;
  readonly counts: readonly Unit[];
  /** Server kinds that have it. */
  readonly servedBy: "all" | readonly Kind[];
  /** May a request be sent to a second deployment: always, only where the first cannot have read it, or never? */
  readonly resend: "always" | "unsent" | "never";
  /** Must later requests about the same object reach the same deployment? */
  readonly sticky: boolean;
  /** Null where there is no harmless request. */
  readonly canary: CanaryRequest | null;
  /** Null where no request is safe: then every server is taken to have it. */
  readonly probe: RouteProbe | null;
}

/** The paths of one operation with and without the version. */
export function versioned(path: string): readonly string[] {
  return [`/v1${path}`, path];
}

/** All paths of one of Anthropic's operations: some proxies put it below a name of its own. */
export function anthropicPaths(path: string): readonly string[] {
  return [...versioned(path), `/anthropic/v1${path}`];
}

/** The paths of an operation on an object, and those that Azure has beside them: no model stands in these. */
export function objectPaths(path: string): readonly string[] {
  return [...versioned(path), `/openai/v1${path}`, `/openai${path}`];
}

/** All paths of one of OpenAI's operations: its own, those of its proxies, and Azure's with the model in them. */
export function openaiPaths(path: string): readonly string[] {
  return [
    ...versioned(path),
    `/openai/v1${path}`,
    `/engines/{model}${path}`,
    `/v1/engines/{model}${path}`,
    `/openai/deployments/{model}${path}`,
  ];
}
