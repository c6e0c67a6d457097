import pRetry from "p-retry";
import { refuse, type Call } from "../call.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Gateway } from "../gateway.ts";
import type { Ending } from "../upstream/exchange.ts";
import { UpstreamFailure } from "../upstream/failure.ts";
import type { View } from "../view.ts";
import { Forwarding, Refusal } from "./forwarding.ts";
import { readModelFields } from "./model-fields.ts";
import { readBody } from "./read-body.ts";

/** First wait before the same deployment is asked again; doubles, with as much again by chance. */
const BACKOFF_MS = 50;

/** One request from its head to the end of its answer. Never throws. */
export async function forward(gateway: Gateway, call: Call, route: string): Promise<void> {
  // One read of config and verdicts, kept to the end.
  const view = gateway.view.get();
  const body = await readBody(call.incoming, view.config.gateway.maxBodyBytes);
  if (!body.ok) return finish(gateway, call, { alias: "", failure: body.error });
  const fields = readModelFields(body.value);
  if (!fields.ok) return finish(gateway, call, { alias: "", failure: fields.error });
  const { model } = fields.value;
  const alias = view.table.targets.get(model)?.alias ?? "";
  const forwarding = new Forwarding(gateway, call, {
    body: { bytes: body.value, fields: fields.value, route },
    view,
  });
  const onClose = () => {
    if (!call.outgoing.writableFinished) forwarding.abandon();
  };
  call.outgoing.on("close", onClose);
  try {
    const ending = await withRetries(gateway, forwarding, view);
    if (ending !== "done") gateway.metrics.interrupted(ending);
    finish(gateway, call, { alias, failure: null });
  } catch (fault) {
    finish(gateway, call, { alias, failure: explain(fault, { gateway, call, forwarding, model }) });
  } finally {
    call.outgoing.off("close", onClose);
  }
}

function withRetries({ clock, random }: Gateway, forwarding: Forwarding, { config }: View): Promise<Ending> {
  const mayRetry = (fault: Error) =>
    fault instanceof UpstreamFailure && fault.retryable && !forwarding.clientLeft;
  return pRetry(() => forwarding.attempt(), {
    retries: config.numRetries,
    minTimeout: 0,
    shouldRetry: ({ error }) => mayRetry(error),
    onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
      // Another deployment is asked at once; the same one is given a moment.
      if (retriesLeft === 0 || !mayRetry(error) || forwarding.hasAnother()) return undefined;
      return clock.sleep(BACKOFF_MS * 2 ** (attemptNumber - 1) * (1 + random()));
    },
  });
}

interface Context {
  readonly gateway: Gateway;
  readonly call: Call;
  readonly forwarding: Forwarding;
  readonly model: string;
}

function explain(fault: unknown, { gateway, call, forwarding, model }: Context): GatewayError {
  if (fault instanceof Refusal) return fault.failure;
  if (fault instanceof UpstreamFailure) {
    const { answer, reason } = fault;
    if (answer !== null) return { kind: "upstream_answer", ...answer };
    return { kind: "upstream_failed", model, reason, attempts: forwarding.attempts };
  }
  // A bug of ours: the stack is for the log, never for the app.
  gateway.log.error(
    { requestId: call.requestId, fault: fault instanceof Error ? fault.stack : String(fault) },
    "request failed inside the gateway",
  );
  return { kind: "internal" };
}

interface Result {
  readonly alias: string;
  readonly failure: GatewayError | null;
}

/** Counts the request, and logs it where it failed or where all are to be logged. */
function finish(gateway: Gateway, call: Call, { alias, failure }: Result): void {
  const status = failure === null ? call.outgoing.statusCode : refuse(call, failure);
  const ms = performance.now() - call.startedAt;
  gateway.metrics.answered(alias, status, ms);
  if (failure === null && !gateway.view.get().config.gateway.accessLog) return;
  const facts = { requestId: call.requestId, alias, status, ms: Math.round(ms) };
  if (failure === null) gateway.log.info(facts, "request");
  else gateway.log[status >= 500 ? "warn" : "info"]({ ...facts, failure: failure.kind }, "request refused");
}
