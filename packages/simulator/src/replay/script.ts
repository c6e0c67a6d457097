import type { FaultName } from "../faults/catalogue.ts";

/** What a script makes of one request. Null: the server's own answer. */
export type Scripted =
  | { readonly replay: string | Uint8Array; readonly status?: number }
  /** This request alone meets it. */
  | { readonly fault: FaultName }
  | null;

/** Decides by a request's body, as it came. `replay` is as in `Control.replay`. */
export type Script = (body: string) => Scripted;
