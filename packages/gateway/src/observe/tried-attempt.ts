import type { TimeoutPhase } from "../errors/gateway-error.ts";
import type { PassedOver } from "../routing/passed-over.ts";

/** An attempt that brought no whole answer. */
export interface TriedAttempt {
  readonly deployment: string;
  readonly alias: string;
  /** Failed: the app has had no byte of it. Abandoned: the app left. */
  readonly outcome: "failed" | "cut" | "abandoned" | "bug";
  /** Of a failure a code of the reasons table; of a cut its cause; else null. */
  readonly reason: string | null;
  /** The backend's HTTP status; null where none came. */
  readonly status: number | null;
  /** Which time ran out; null where none did. */
  readonly timeout: TimeoutPhase | null;
  /** Why it is not held against the deployment; null where it is, or where it is nobody's fault. */
  readonly excuse: string | null;
  /** Milliseconds from the request's head to the attempt's. */
  readonly afterMs: number;
  readonly ms: number;
  /** Those that could not be taken instead. */
  readonly passedOver: readonly PassedOver[];
}
