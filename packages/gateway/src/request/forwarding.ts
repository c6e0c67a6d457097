import type { Deployment } from "@rollcall/contract";
import type { Call } from "../call.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Gateway } from "../gateway.ts";
import { decide, type Situation } from "../routing/decide.ts";
import type { Decision } from "../routing/decision.ts";
import { Exchange, type Ending } from "../upstream/exchange.ts";
import { UpstreamFailure } from "../upstream/failure.ts";
import type { WireForm } from "../upstream/wire-forms.ts";
import type { View } from "../view.ts";
import { blame } from "./blame.ts";
import { hashConversation } from "./conversation.ts";
import type { ModelFields } from "./model-fields.ts";
import { readOverrides, type Overrides } from "./overrides.ts";
import { renamedBody } from "./renamed-body.ts";
import { RequestSituation } from "./situation.ts";

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

/** Almost every request is answered before it has tried anything in vain. */
const NONE: ReadonlySet<string> = new Set();

/** One request on its way to a backend, attempt after attempt. */
export class Forwarding {
  readonly overrides: Overrides;
  readonly #gateway: Gateway;
  readonly #call: Call;
  readonly #body: ForwardedBody;
  #tried = NONE;
  #left: AbortController | null = null;
  #gone = false;
  #view: View;
  #situation: Situation;
  #name: string;
  #exchange: Exchange | null = null;
  #attempts = 0;
  #fallenBack = 0;
  #overTime = false;

  constructor(gateway: Gateway, call: Call, { body, view }: { body: ForwardedBody; view: View }) {
    this.overrides = readOverrides(body.bytes, body.fields);
    this.#gateway = gateway;
    this.#call = call;
    this.#body = body;
    this.#view = view;
    this.#name = body.fields.model;
    this.#situation = this.#look(view);
  }

  get attempts(): number {
    return this.#attempts;
  }

  /** Did the app leave? */
  get gone(): boolean {
    return this.#gone;
  }

  /** Aborted when the app left; made only for those that wait. */
  get left(): AbortSignal {
    this.#left ??= new AbortController();
    if (this.#gone) this.#left.abort();
    return this.#left.signal;
  }

  /** The app's socket closed before the answer was whole. */
  abandon(): void {
    this.#gone = true;
    this.#left?.abort();
    this.#exchange?.abandon();
  }

  /** Goes on by another view: for a request that waited and was sent nowhere yet, or whose key was rotated. */
  lookAgain(view: View): void {
    this.#view = view;
    this.#situation = this.#look(view);
  }

  /** The prompt is too long here: asks under the next name that the config has for that. False where there is none. */
  takeLongerContext(): boolean {
    if (this.overrides.disableFallbacks) return false;
    const { targets } = this.#view.table;
    const [next] = targets.get(this.#name)?.contextWindowFallbacks ?? [];
    if (next === undefined || !targets.has(next)) return false;
    this.#name = next;
    return true;
  }

  /** How many other aliases may be asked in the end. */
  get fallbackCount(): number {
    if (this.overrides.disableFallbacks) return 0;
    const longer = this.#view.table.targets.get(this.#body.fields.model)?.contextWindowFallbacks ?? [];
    return this.#fallbacks().length + longer.length;
  }

  /** The alias has had its retries: asks under the next one that may stand in for it. False where there is none left. */
  takeFallback(): boolean {
    const names = this.#fallbacks();
    while (this.#fallenBack < names.length) {
      const next = names[this.#fallenBack];
      this.#fallenBack += 1;
      if (next === undefined || !this.#view.table.targets.has(next)) continue;
      this.#name = next;
      return true;
    }
    return false;
  }

  /** Is there a deployment that this request has not failed on yet? Then there is nothing to wait for. */
  hasAnother(): boolean {
    const decision = this.decide();
    return decision.kind !== "forward" || !this.#tried.has(decision.deployment.id);
  }

  decide(): Decision {
    const { disableFallbacks, fallbacks } = this.overrides;
    const asked = { name: this.#name, tried: this.#tried, fallbacks: disableFallbacks ? [] : fallbacks };
    return decide(asked, this.#situation);
  }

  /** Decides, sends, relays. Throws Refusal or UpstreamFailure only while the app has had no byte. */
  async attempt(): Promise<Ending> {
    if (this.#gone) return "gone";
    const decision = this.decide();
    if (decision.kind !== "forward") throw new Refusal(explain(decision, this.#body.fields.model));
    const { deployment } = decision;
    const { breakers, clock, inFlight, traffic } = this.#gateway;
    this.#attempts += 1;
    inFlight.begin(deployment.id);
    traffic.sent(deployment.id, clock.monotonic());
    breakers.sent(deployment.id, clock.monotonic());
    try {
      const ending = await this.#send(deployment);
      // That it answers was seen at the first byte. Time that is over in all may be the reader's doing, or the app's own limit.
      if (ending === "cut" && !this.#overTime) breakers.failed(deployment.id, "down", clock.monotonic());
      else breakers.inconclusive(deployment.id);
      return ending;
    } catch (failure) {
      if (failure instanceof UpstreamFailure) this.#blame(deployment, failure);
      else breakers.inconclusive(deployment.id);
      throw failure;
    } finally {
      this.#exchange = null;
      inFlight.end(deployment.id);
    }
  }

  #fallbacks(): readonly string[] {
    const { disableFallbacks, fallbacks } = this.overrides;
    if (disableFallbacks) return [];
    return fallbacks ?? this.#view.table.targets.get(this.#body.fields.model)?.fallbacks ?? [];
  }

  #look(view: View): Situation {
    const { bytes, fields } = this.#body;
    return new RequestSituation(this.#gateway, view, () => hashConversation(bytes, fields));
  }

  #send(deployment: Deployment): Promise<Ending> {
    const { incoming, requestId } = this.#call;
    const { bytes, fields, route } = this.#body;
    const { origin, apiPath } = deployment.backend.base;
    const wire = this.#view.wireForms.of(deployment);
    const request = {
      path: apiPath + route,
      headerLines: wire.headers.print(incoming.headers, requestId),
      body: fields.model === deployment.expected ? [bytes] : renamedBody(bytes, fields, wire.name),
    };
    const exchange = this.#exchangeWith(deployment, wire);
    this.#exchange = exchange;
    exchange.begin(this.#gateway.pools.send(origin, request, exchange));
    return exchange.ending;
  }

  #exchangeWith(deployment: Deployment, wire: WireForm): Exchange {
    const { breakers, clock, deadlines, metrics, traffic } = this.#gateway;
    const { outgoing, startedAt } = this.#call;
    const { model, stream } = this.#body.fields;
    const sentAt = clock.monotonic();
    const onCommit = () => {
      const now = clock.monotonic();
      metrics.firstByte(deployment.alias, now - startedAt);
      traffic.answered(deployment.id, now - sentAt);
      breakers.succeeded(deployment.id);
    };
    return new Exchange({
      names: { alias: model, upstream: deployment.expected },
      stream,
      down: { outgoing, status: 200, headers: this.#ownHeaders(wire), alias: model, onCommit },
      deadlines,
      times: {
        firstTokenMs: deployment.streamTimeoutMs,
        idleMs: this.#view.config.gateway.idleTimeoutMs,
        totalAt: clock.monotonic() + (this.overrides.timeoutMs ?? deployment.timeoutMs),
      },
      onTimeout: (phase) => {
        this.#overTime = phase === "total";
        metrics.timedOut(deployment.id, phase);
      },
    });
  }

  #ownHeaders({ id }: WireForm): Record<string, string> {
    const headers: Record<string, string> = {
      "x-request-id": this.#call.requestId,
      "x-rollcall-deployment": id,
    };
    if (this.#attempts > 1) headers["x-rollcall-attempts"] = String(this.#attempts);
    if (this.#gateway.draining) headers["connection"] = "close";
    return headers;
  }

  /** Was the key rotated while the request was on its way? Then the refusal was of the old one and proves nothing. */
  #takeNewKey({ backend }: Deployment): boolean {
    const { clock, source, view } = this.#gateway;
    source.refresh(clock.monotonic());
    const now = view.get();
    if (now.secrets.value(backend.apiKey) === this.#view.secrets.value(backend.apiKey)) return false;
    this.lookAgain(now);
    return true;
  }

  #blame(deployment: Deployment, failure: UpstreamFailure): void {
    if (failure.reason === "wrong_key" && this.#takeNewKey(deployment)) {
      this.#gateway.breakers.inconclusive(deployment.id);
      return;
    }
    this.#tried = new Set([...this.#tried, deployment.id]);
    if (failure.timeout === "total" && this.overrides.timeoutMs !== null) {
      // The app's own limit, which may be as short as it likes, says nothing of the deployment.
      this.#gateway.metrics.timedOut(deployment.id, failure.timeout);
      this.#gateway.breakers.inconclusive(deployment.id);
    } else {
      blame(deployment, failure, this.#gateway);
    }
    if (!failure.retryable && failure.timeout === null) return;
    const { reason, timeout } = failure;
    this.#gateway.log.warn(
      {
        requestId: this.#call.requestId,
        deployment: deployment.id,
        reason,
        timeout,
        attempt: this.#attempts,
      },
      "attempt failed",
    );
  }
}

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
