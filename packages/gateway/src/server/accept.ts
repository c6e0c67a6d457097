import type { IncomingMessage, ServerResponse } from "node:http";
import { ENDPOINTS } from "@rollcall/contract";
import { EndpointIndex } from "../endpoints/endpoint-index.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Services } from "../main/services.ts";
import { RequestContext } from "../pipeline/request-context.ts";
import { corsHeaders, isPreflight, setHeaders } from "./cors.ts";
import type { RoutingState } from "../routing-state.ts";
import { relayLate } from "./relay-late.ts";
import { requestIdOf } from "./request-id.ts";
import { sendError } from "./send-error.ts";
import { Turns } from "./turns.ts";

/** A Host that needs no second look; HTTP/1.0 sends none. */
const PLAIN_HOST = /^[a-z0-9._-]+(?::[1-5]?\d{4})?$/;

const HOST = "host";

const BAD_HTTP: GatewayError = { kind: "bad_http" };

type AcceptorServices = Pick<Services, "activity" | "clock" | "runner" | "state" | "tracing">;

/** accept and match: the first two stages. What is no endpoint's is for `other`. */
export class Acceptor {
  readonly #services: AcceptorServices;
  readonly #other: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
  readonly #index = new EndpointIndex(ENDPOINTS);
  readonly turns = new Turns((incoming, outgoing) => this.#accept(incoming, outgoing));

  constructor(
    services: AcceptorServices,
    other: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
  ) {
    this.#services = services;
    this.#other = other;
  }

  #accept(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { activity, clock, runner, state, tracing } = this.#services;
    const { socket } = incoming;
    activity.answering += 1;
    if (activity.successor !== null) {
      this.#passOn(incoming, outgoing, activity.successor);
      return;
    }
    const match = this.#index.find(incoming.url ?? "");
    const current = state.get();
    const { cors } = current;
    if (match === null || (cors !== null && isPreflight(incoming))) {
      outgoing.on("close", () => {
        activity.answering -= 1;
        this.turns.over(socket);
      });
      if (isPlain(incoming)) this.#other(incoming, outgoing);
      else refuseUnmatched(incoming, { outgoing, state: current });
      return;
    }
    const { origin } = incoming.headers;
    if (cors !== null && origin !== undefined) setHeaders(outgoing, corsHeaders(cors, origin));
    const ctx = new RequestContext({
      incoming,
      outgoing,
      requestId: requestIdOf(incoming.headers),
      startedAt: clock.monotonic(),
      state: current,
      endpoint: match.endpoint,
      pathModel: match.pathModel,
      pathId: match.pathId,
    });
    if (tracing.isOn) ctx.traced = tracing.begin(incoming.headers);
    outgoing.on("close", () => {
      activity.answering -= 1;
      if (!outgoing.writableFinished) runner.leave(ctx);
      this.turns.over(socket);
    });
    const failure = refuse(ctx);
    if (failure === null) runner.start(ctx);
    else runner.end(ctx, "error", failure);
  }

  #passOn(incoming: IncomingMessage, outgoing: ServerResponse, door: string): void {
    const { activity } = this.#services;
    activity.relaying += 1;
    outgoing.on("close", () => {
      activity.answering -= 1;
      activity.relaying -= 1;
      this.turns.over(incoming.socket);
    });
    relayLate(incoming, outgoing, door);
  }
}

/** No endpoint is known, so no dialect is either. */
function refuseUnmatched(
  { headers }: IncomingMessage,
  answering: { readonly outgoing: ServerResponse; readonly state: RoutingState },
): void {
  const endpoint = { dialect: "openai" } as const;
  sendError({ ...answering, endpoint, requestId: requestIdOf(headers), attempts: 0, fallbacks: 0 }, BAD_HTTP);
}

/** What is wrong with a request's head, whatever it asks for. */
export function findHeadFault(incoming: IncomingMessage): GatewayError | null {
  const { host } = incoming.headers;
  return (host === undefined || isHost(host)) && isPlain(incoming) ? null : BAD_HTTP;
}

function refuse({ incoming, endpoint }: RequestContext): GatewayError | null {
  const { method = "" } = incoming;
  const fault = findHeadFault(incoming);
  if (fault !== null) return fault;
  return method === endpoint.method ? null : { kind: "wrong_method", method, allowed: endpoint.method };
}

/** What Node's parser lets pass, and others read in another way (RFC 9112, sections 2.3, 3.2, 6.1). */
function isPlain({ headers, httpVersion, httpVersionMajor, rawHeaders }: IncomingMessage): boolean {
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && (httpVersion === "1.0" || coding.toLowerCase() !== "chunked")) return false;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === HOST.length && name.toLowerCase() === HOST) hosts += 1;
  }
  return httpVersionMajor === 1 && hosts <= 1;
}

function isHost(host: string): boolean {
  return PLAIN_HOST.test(host) || (!/[/\\?#@]/.test(host) && URL.canParse(`http://${host}`));
}
