import type { ModelOwner } from "../errors/gateway-error.ts";

/** Which models a principal may call, where it may not call all. */
export interface Permit {
  /** Whose list leaves the model out; null where it may be called. `alias`: what the name means, "" for nothing. */
  denies(name: string, alias: string): ModelOwner | null;
}
