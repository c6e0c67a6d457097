import type { Cell } from "@rollcall/runtime";
import type { RoutingState } from "../routing-state.ts";
import type { Admission } from "./admit.ts";
import type { Authenticator } from "./authenticate.ts";
import { MasterKeyAuthenticator } from "./master-key.ts";
import type { Stage } from "./stage.ts";

/** Who asks, what they may call, and how much of it. */
export interface Access {
  readonly authenticator: Authenticator;
  /** May this principal call this alias at this endpoint? Null where every principal may do everything. */
  readonly authorize: Stage | null;
  /** Null where no principal has a limit. */
  readonly admission: Admission | null;
}

/** One key for all: whoever has it may do everything. */
export function masterKeyAccess(state: Cell<RoutingState>): Access {
  return { authenticator: new MasterKeyAuthenticator(state), authorize: null, admission: null };
}
