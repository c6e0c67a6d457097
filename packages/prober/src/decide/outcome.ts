import type { Reason } from "@rollcall/contract";

/** What one probe says of one deployment, before history is asked. */
export type Outcome =
  /** Serves the expected name and its engine is alive. */
  | { readonly kind: "ready"; readonly found: readonly string[] }
  /** Something is wrong that needs no history to be named. */
  | {
      readonly kind: "fault";
      readonly reason: Reason;
      readonly nameMatches: boolean | null;
      readonly found: readonly string[];
      readonly detail: string;
    }
  /** Nothing answers. A loading vLLM looks just like that (bound, not listening): history tells them apart. */
  | { readonly kind: "absent"; readonly detail: string };

export function fault(reason: Reason, detail: string): Outcome {
  return { kind: "fault", reason, nameMatches: null, found: [], detail };
}

export function absent(detail: string): Outcome {
  return { kind: "absent", detail };
}
