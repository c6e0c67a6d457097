import type { IncomingHttpHeaders } from "node:http";
import { findForeignVisit } from "@rollcall/contract";
import type { Cell } from "@rollcall/runtime";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { RoutingState } from "../routing-state.ts";

/** Those that no key is asked of: their own programs are welcome, web pages of others in their browsers are not. */
export class Visitors {
  readonly #state: Cell<RoutingState>;
  readonly #boundTo: string;

  constructor(state: Cell<RoutingState>, boundTo: string) {
    this.#state = state;
    this.#boundTo = boundTo;
  }

  refuse(headers: IncomingHttpHeaders): GatewayError | null {
    const { config, cors } = this.#state.get();
    const { allowedHosts } = config.gateway;
    const origins = cors?.origins ?? [];
    const visit = findForeignVisit(headers, { boundTo: this.#boundTo, allowedHosts, origins });
    return visit === null ? null : { kind: "foreign_visit", visit };
  }
}
