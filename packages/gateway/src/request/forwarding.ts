import type { Deployment } from "@rollcall/contract";
import type { Call } from "../call.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Gateway } from "../gateway.ts";
import { decide, type Situation } from "../routing/decide.ts";
import type { Decision } from "../routing/decision.ts";
import { Exchange, type Ending } from "../upstream/exchange.ts";
import { UpstreamFailure } from "../upstream/failure.ts";
import { upstreamHeaders } from "../upstream/headers.ts";
import type { View } from "../view.ts";
import { replaceModel, type ModelFields } from "./model-fields.ts";

export interface ForwardedBody {
  readonly bytes: Buffer;
  readonly fields: ModelFields;
  /** Below the backend's base path: `/chat/completions`. */
  readonly route: string;
}

/** No deployment is to get the request: not a failure of any of them, so nothing to try again. */
export class Refusal extends Error {
  readonly failure: GatewayError;

  constructor(failure: GatewayError) {
    super(failure.kind);
    this.name = "Refusal";
    this.failure = failure;
  }
}

/** One request on its way to a backend, attempt after attempt, by one view of the world. */
export class Forwarding {
  readonly #gateway: Gateway;
  readonly #call: Call;
  readonly #body: ForwardedBody;
  readonly #view: View;
  readonly #situation: Situation;
  readonly #tried = new Set<string>();
  #exchange: Exchange | null = null;
  #attempts = 0;
  clientLeft = false;

  constructor(gateway: Gateway, call: Call, { body, view }: { body: ForwardedBody; view: View }) {
    this.#gateway = gateway;
    this.#call = call;
    this.#body = body;
    this.#view = view;
    const { clock, ejections, feed, inFlight, random } = gateway;
    this.#situation = {
      table: view.table,
      stateHolds: view.config.state.onStale === "keep" || feed.freshness() === "fresh",
      evidence: (id) => ejections.get(id, clock.now()),
      dice: { strategy: view.config.strategy, random, inFlight: (id) => inFlight.count(id) },
    };
  }

  get attempts(): number {
    return this.#attempts;
  }

  /** The app's socket closed before the answer was whole. */
  abandon(): void {
    this.clientLeft = true;
    this.#exchange?.abandon();
  }

  /** Is there a deployment that this request has not failed on yet? Then there is nothing to wait for. */
  hasAnother(): boolean {
    const decision = this.#decide();
    return decision.kind !== "forward" || !this.#tried.has(decision.deployment.id);
  }

  /** Decides, sends, relays. Throws Refusal or UpstreamFailure only while the app has had no byte. */
  async attempt(): Promise<Ending> {
    const decision = this.#decide();
    if (decision.kind !== "forward") throw new Refusal(explain(decision, this.#body.fields.model));
    const { deployment } = decision;
    const { inFlight } = this.#gateway;
    this.#attempts += 1;
    inFlight.begin(deployment.id);
    try {
      return await this.#send(deployment);
    } catch (failure) {
      if (failure instanceof UpstreamFailure) this.#blame(deployment, failure);
      throw failure;
    } finally {
      this.#exchange = null;
      inFlight.end(deployment.id);
    }
  }

  #decide(): Decision {
    return decide({ name: this.#body.fields.model, tried: this.#tried }, this.#situation);
  }

  #send(deployment: Deployment): Promise<Ending> {
    const { metrics, pools } = this.#gateway;
    const { incoming, outgoing, requestId, startedAt } = this.#call;
    const { bytes, fields, route } = this.#body;
    const { model, stream } = fields;
    const exchange = new Exchange({
      names: { alias: model, upstream: deployment.expected },
      down: { outgoing, onCommit: () => metrics.firstByte(deployment.alias, performance.now() - startedAt) },
      ownHeaders: this.#ownHeaders(deployment),
    });
    this.#exchange = exchange;
    const { origin, apiPath } = deployment.backend.base;
    const timeout = stream ? deployment.streamTimeoutMs : deployment.timeoutMs;
    pools.get(origin).dispatch(
      {
        path: apiPath + route,
        method: "POST",
        headers: upstreamHeaders(incoming.headers, deployment, { secrets: this.#view.secrets, requestId }),
        body: model === deployment.expected ? bytes : replaceModel(bytes, fields, deployment.expected),
        headersTimeout: timeout,
        bodyTimeout: timeout,
      },
      exchange,
    );
    return exchange.ending;
  }

  #ownHeaders(deployment: Deployment): Record<string, string> {
    const headers: Record<string, string> = {
      "x-request-id": this.#call.requestId,
      "x-rollcall-deployment": deployment.id,
    };
    if (this.#attempts > 1) headers["x-rollcall-attempts"] = String(this.#attempts);
    if (this.#gateway.draining) headers["connection"] = "close";
    return headers;
  }

  /** What this failure says of the deployment, for the requests that come after. */
  #blame(deployment: Deployment, { reason, retryable, definite }: UpstreamFailure): void {
    this.#tried.add(deployment.id);
    if (!retryable) return;
    const { clock, ejections, log, metrics } = this.#gateway;
    metrics.attemptFailed(deployment.id, reason);
    if (definite || SUSPECT.has(reason)) ejections.add(deployment.id, { definite, reason }, clock.now());
    log.warn(
      { requestId: this.#call.requestId, deployment: deployment.id, reason, attempt: this.#attempts },
      "attempt failed",
    );
  }
}

/** One of these makes a deployment the second choice for a moment; an error answer alone does not. */
const SUSPECT: ReadonlySet<string> = new Set(["down", "dns", "tls", "proxy_error"]);

function explain(decision: Exclude<Decision, { kind: "forward" }>, model: string): GatewayError {
  switch (decision.kind) {
    case "unknown_model":
      return { kind: "unknown_model", model };
    case "left_out":
      return { kind: "left_out", model, why: decision.why };
    case "none_ready":
      return { kind: "none_ready", model, out: decision.out };
    case "all_full":
      return { kind: "all_full", model };
    case "state_refused":
      return { kind: "state_refused" };
    default:
      return decision satisfies never;
  }
}
