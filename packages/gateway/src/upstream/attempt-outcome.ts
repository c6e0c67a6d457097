import type { CutCause } from "../errors/gateway-error.ts";
import type { UpstreamError } from "./upstream-error.ts";

/** How an attempt ended. */
export type AttemptOutcome =
  | { readonly kind: "complete" }
  /** The backend broke off after the first byte; the app was told. */
  | { readonly kind: "cut"; readonly cause: CutCause }
  /** The app left: nobody's fault. */
  | { readonly kind: "abandoned" }
  /** The app has had no byte. */
  | { readonly kind: "failed"; readonly error: UpstreamError }
  /** Something threw that may not: our fault, and nobody else's. */
  | { readonly kind: "bug"; readonly error: unknown };
