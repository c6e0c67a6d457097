import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { realtime } from "@rollcall/contract";
import { EndpointIndex } from "../endpoints/endpoint-index.ts";
import type { Services } from "../main/services.ts";
import { findHeadFault } from "./accept.ts";
import { requestIdOf } from "./request-id.ts";
import type { Turns } from "./turns.ts";

const WEBSOCKET = "websocket";

/** Leads upgrades to WebSockets, where a path has them. All others are plain requests: some clients offer h2c with each. */
export class Upgrades {
  readonly #services: Pick<Services, "activity" | "log" | "realtime">;
  readonly #turns: Turns;
  readonly #index = new EndpointIndex([realtime]);

  constructor(services: Pick<Services, "activity" | "log" | "realtime">, turns: Turns) {
    this.#services = services;
    this.#turns = turns;
  }

  /** For Node's `shouldUpgradeCallback`. One behind a request that is not answered yet would break into its answer. */
  isWanted({ headers, method, socket, url = "" }: IncomingMessage): boolean {
    return (
      method === realtime.method &&
      headers.upgrade?.toLowerCase() === WEBSOCKET &&
      this.#index.find(url) !== null &&
      !this.#turns.isAtWork(socket)
    );
  }

  follow(server: Server): void {
    server.on("upgrade", (incoming, socket, head) => this.#take(incoming, socket, head));
  }

  #take(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { activity, log } = this.#services;
    const requestId = requestIdOf(incoming.headers);
    const fault = findHeadFault(incoming);
    activity.answering += 1;
    const over = () => (activity.answering -= 1);
    // Nobody listens until what follows has been loaded.
    socket.on("error", () => {});
    this.#services.realtime.open().then(
      (opened) => opened.take({ incoming, socket, head, requestId, fault }, over),
      (error: unknown) => {
        over();
        socket.destroy();
        log.error(
          { requestId, error: error instanceof Error ? error.stack : String(error) },
          "internal error: a bug in the gateway",
        );
      },
    );
  }
}
