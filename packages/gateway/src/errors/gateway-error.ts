import type { ForeignVisit, Reason, Unit } from "@rollcall/contract";
import type { Unroutable } from "../routing/target.ts";

/** Every way in which a request is not answered by a backend: a closed union. Nothing in it names a host or a key. */
export type GatewayError =
  | { readonly kind: "no_key" }
  /** `Authorization` was sent in another form than `Bearer <key>`. */
  | { readonly kind: "key_malformed" }
  | { readonly kind: "wrong_key" }
  /** Neither the master key nor a virtual one. A blocked one is told in the same words. */
  | { readonly kind: "unknown_key" }
  | { readonly kind: "blocked_key" }
  | { readonly kind: "expired_key" }
  /** Control has not been heard of for so long that nobody knows which virtual keys hold. */
  | { readonly kind: "keys_unavailable" }
  /** Keys and teams are not to be read or changed now. */
  | { readonly kind: "control_unavailable" }
  /** The virtual key may not call the model: by its own list, or that of its team or user. */
  | { readonly kind: "model_denied"; readonly model: string; readonly by: ModelOwner }
  /** The virtual key may not call this path. */
  | { readonly kind: "route_denied"; readonly path: string }
  | { readonly kind: "body_too_large"; readonly limit: number }
  | { readonly kind: "body_incomplete" }
  /** It came so slowly that others waited for its memory. */
  | { readonly kind: "body_too_slow" }
  /** All memory for request bodies is taken, or this sender's share of it. */
  | {
      readonly kind: "body_memory_full";
      readonly scope: "all" | "share";
      readonly retryAfterSeconds: number;
    }
  /** No HTTP, or HTTP that no answer can be given to: nothing of it is known. */
  | { readonly kind: "bad_http" }
  | { readonly kind: "headers_too_large"; readonly limit: number }
  | { readonly kind: "request_timeout" }
  | { readonly kind: "too_many_connections" }
  /** It drains, behind a port that somebody else keeps open. */
  | { readonly kind: "gateway_stopping" }
  /** `Content-Encoding` of a request: bodies are read as they come. */
  | { readonly kind: "unsupported_encoding"; readonly found: string }
  | { readonly kind: "not_json"; readonly found: string }
  | { readonly kind: "not_multipart"; readonly found: string }
  | { readonly kind: "model_missing"; readonly found: string }
  /** In the query or the body of a request that no backend answers. */
  | {
      readonly kind: "invalid_parameter";
      readonly name: string;
      readonly found: string;
      readonly expected: string;
    }
  | { readonly kind: "no_route"; readonly method: string; readonly path: string }
  | { readonly kind: "wrong_method"; readonly method: string; readonly allowed: string }
  /** A WebSocket is asked for by a plain request. */
  | { readonly kind: "upgrade_required" }
  /** `meant`: the alias that was probably meant. `serves`: where a wildcard has the name, the names that its servers list. */
  | {
      readonly kind: "unknown_model";
      readonly model: string;
      readonly meant?: string | null;
      readonly serves?: readonly string[];
    }
  /** Its tags choose among the deployments of the model, and are those of none. */
  | { readonly kind: "tags_refused"; readonly model: string }
  /** The config says what the model is for, and that is something else. */
  | { readonly kind: "wrong_mode"; readonly model: string; readonly mode: string; readonly instead: string }
  /** No deployment of this config has made it, or it is somebody else's. `param`: where it was named. */
  | { readonly kind: "unknown_object"; readonly id: string; readonly param: string }
  | { readonly kind: "unsupported_model"; readonly model: string; readonly why: string }
  /** None of the model's deployments has it; `serves`: paths of some that they have, where that is known. */
  | {
      readonly kind: "unsupported_endpoint";
      readonly model: string;
      readonly path: string;
      readonly serves: readonly string[];
    }
  | { readonly kind: "none_ready"; readonly model: string; readonly out: readonly Unroutable[] }
  | { readonly kind: "all_full"; readonly model: string }
  | {
      readonly kind: "rate_limited";
      /** Whose limit it is, in LiteLLM's words: `api_key`, `team`, `model_per_key`. */
      readonly scope: string;
      readonly unit: Unit;
      readonly limit: number;
      readonly retryAfterSeconds: number;
    }
  /** The limit is so low that no request fits, however long it waits. */
  | { readonly kind: "never_fits"; readonly scope: string; readonly unit: Unit; readonly limit: number }
  | { readonly kind: "state_refused" }
  /** All attempts failed; the reason is that of the last. */
  | {
      readonly kind: "upstream_failed";
      readonly model: string;
      readonly reason: Reason;
      readonly attempts: number;
      readonly timeout: TimeoutPhase | null;
      /** More about the last failure in a sentence fit for the app, such as what the backend said; null where there is nothing. */
      readonly words: string | null;
    }
  /** The backend's own answer, in OpenAI's shape. */
  | {
      readonly kind: "upstream_answer";
      readonly status: number;
      readonly error: OpenAiError;
      readonly retryAfter: string | null;
    }
  /** After the first byte: told in the stream. */
  | { readonly kind: "upstream_cut"; readonly model: string; readonly cause: CutCause }
  | { readonly kind: "internal" }
  /** A session stays with the model that it began with. */
  | { readonly kind: "model_fixed"; readonly model: string; readonly found: string }
  /** A top-level key that some servers take for `model`. */
  | { readonly kind: "model_lookalike"; readonly found: string }
  /** No key is asked for, and a web page of somebody else's asks. */
  | { readonly kind: "foreign_visit"; readonly visit: ForeignVisit };

/** Whose list of models leaves one out. */
export type ModelOwner = "key" | "team" | "user";

/** Which of the times ran out: to connect, to the first token, between two events, in all. */
export type TimeoutPhase = "connect" | "first_token" | "idle" | "total";

/** Why an answer that had begun did not end: the connection broke, silence, time in all, the backend aborted, our fault. */
export type CutCause = "cut" | "idle" | "total" | "abort" | "internal" | "revoked";

/** OpenAI's error object: all four fields, always. */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}
