import type { Deployment } from "@rollcall/contract";
import type { Unproven } from "./table.ts";

/** What is to be done with one request. Total: every request gets one of these. */
export type Decision =
  | { readonly kind: "forward"; readonly deployment: Deployment }
  /** The config does not have this name. */
  | { readonly kind: "unknown_model" }
  /** The config has it, but not as something that can be served here. */
  | { readonly kind: "left_out"; readonly why: string }
  /** Known, and no deployment is ready and rightly named. */
  | { readonly kind: "none_ready"; readonly alias: string; readonly out: readonly Unproven[] }
  /** Ready, and every one has as many requests as `max_parallel_requests` allows. */
  | { readonly kind: "all_full"; readonly alias: string }
  /** The prober's news is stale and the config says to refuse then. */
  | { readonly kind: "state_refused" };
