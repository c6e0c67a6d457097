import type { GatewayError } from "../errors/gateway-error.ts";
import type { AttemptFacts } from "../observe/observer.ts";
import type { BodyTransform, Transform } from "../upstream/transform/transform.ts";

/** One that also knows how a stream of its endpoint says that it was cut. */
export interface EventTransform extends Transform {
  /** The last event, or null where the usual one will do. */
  cutEvent(failure: GatewayError): string | null;
}

/** What the answers of one endpoint go through before the name is put in. */
export interface AnswerTransforms {
  /** Null where it does not stream. */
  readonly events: ((attempt: AttemptFacts) => EventTransform) | null;
  /** Null where only streams change. */
  readonly body: ((attempt: AttemptFacts) => BodyTransform) | null;
  /** `body` puts the name in, too: one look through an answer instead of two. */
  readonly bodyHasName?: true;
}
