import type { QueueConfig } from "@rollcall/contract";
import pRetry from "p-retry";
import { refuse, type Call } from "../call.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Gateway } from "../gateway.ts";
import type { Ending } from "../upstream/exchange.ts";
import { UpstreamFailure } from "../upstream/failure.ts";
import type { View } from "../view.ts";
import { pauseMs } from "./blame.ts";
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
  call.outgoing.on("close", () => {
    if (!call.outgoing.writableFinished) forwarding.abandon();
  });
  gateway.retryBudget.earn();
  try {
    const { queue } = view.config;
    if (queue.size > 0) await waitForReady(gateway, forwarding, queue);
    const ending = await withRetries(gateway, forwarding, view);
    if (ending !== "done") gateway.metrics.interrupted(ending);
    finish(gateway, call, { alias, failure: null, left: ending === "gone" });
  } catch (fault) {
    // Whom nobody waits for any more is not refused.
    const failure = forwarding.gone ? null : explain(fault, { gateway, call, forwarding, model });
    finish(gateway, call, { alias, failure, left: forwarding.gone });
  }
}

/** Waits while all that is missing is that a model loads. Whatever ends the wait, the attempt then says what holds. */
async function waitForReady(
  { clock, view, waitingRoom }: Gateway,
  forwarding: Forwarding,
  { size, timeMs }: QueueConfig,
): Promise<void> {
  const until = clock.monotonic() + timeMs;
  for (;;) {
    const decision = forwarding.decide();
    if (decision.kind !== "none_ready" || !decision.out.some(({ reason }) => reason === "loading")) return;
    const end = await waitingRoom.wait(view, { size, until, signal: forwarding.left });
    if (end !== "changed") return;
    forwarding.lookAgain(view.get());
  }
}

/** Almost every request ends with its first attempt: what it takes to ask again is only made once that has failed. */
async function withRetries(gateway: Gateway, forwarding: Forwarding, view: View): Promise<Ending> {
  try {
    return await forwarding.attempt();
  } catch (fault) {
    return await retry(fault, forwarding, { gateway, view });
  }
}

function retry(
  first: unknown,
  forwarding: Forwarding,
  { gateway, view }: { gateway: Gateway; view: View },
): Promise<Ending> {
  const { clock, random, retryBudget } = gateway;
  const retries = forwarding.overrides.numRetries ?? view.config.numRetries;
  const mayRetry = (fault: Error) => fault instanceof UpstreamFailure && fault.retryable && !forwarding.gone;
  const attempt = async (attemptNumber: number) => {
    if (attemptNumber === 1) throw first;
    return await forwarding.attempt();
  };
  return pRetry(attempt, {
    // The alias's own first; then each of those that stand in for it once.
    retries: retries + forwarding.fallbackCount,
    minTimeout: 0,
    shouldRetry: ({ error, attemptNumber }) => {
      if (isTooLong(error, forwarding)) return true;
      if (!mayRetry(error) || asksForLong(error, forwarding)) return false;
      return (attemptNumber <= retries || forwarding.takeFallback()) && retryBudget.spend();
    },
    onFailedAttempt: ({ error, attemptNumber }) => {
      // Another deployment is asked at once; the same one is given a moment.
      if (attemptNumber > retries || !mayRetry(error)) return undefined;
      if (forwarding.hasAnother() || asksForLong(error, forwarding)) return undefined;
      return clock.sleep(waitMs(error, attemptNumber, random()), forwarding.left);
    },
  });
}

/** The prompt does not fit: not a fault of the deployment, but another alias may have room. */
function isTooLong(fault: Error, forwarding: Forwarding): boolean {
  if (!(fault instanceof UpstreamFailure)) return false;
  return fault.answer?.error.code === "context_length_exceeded" && forwarding.takeLongerContext();
}

/** Longer than this the app does better to hear of it: it gets the answer with its Retry-After. */
const LONGEST_WAIT_MS = 5_000;

/** There is no other deployment, and this one wants to be let alone for long. */
function asksForLong(fault: Error, forwarding: Forwarding): boolean {
  const asked = fault instanceof UpstreamFailure ? (fault.answer?.retryAfter ?? null) : null;
  return asked !== null && pauseMs(asked) > LONGEST_WAIT_MS && !forwarding.hasAnother();
}

/** What the backend asked for, or a wait that doubles, with as much again by chance. */
function waitMs(fault: Error, attempt: number, random: number): number {
  const asked = fault instanceof UpstreamFailure ? (fault.answer?.retryAfter ?? null) : null;
  return asked === null ? BACKOFF_MS * 2 ** (attempt - 1) * (1 + random) : pauseMs(asked);
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
    const { answer, reason, timeout } = fault;
    if (answer !== null) return { kind: "upstream_answer", ...answer };
    return { kind: "upstream_failed", model, reason, attempts: forwarding.attempts, timeout };
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
  readonly left?: boolean;
}

/** nginx's word for a client that left before its answer began; nobody is sent it. */
const CLIENT_LEFT = 499;

/** Counts the request, and logs it where it failed or where all are to be logged. */
function finish(gateway: Gateway, call: Call, { alias, failure, left = false }: Result): void {
  const silent = left && !call.outgoing.headersSent;
  const answered = silent ? CLIENT_LEFT : call.outgoing.statusCode;
  const status = failure === null ? answered : refuse(call, failure);
  const ms = gateway.clock.monotonic() - call.startedAt;
  gateway.metrics.answered(alias, status, ms);
  if (failure === null && !gateway.view.get().config.gateway.accessLog) return;
  const facts = { requestId: call.requestId, alias, status, ms: Math.round(ms) };
  if (failure === null) gateway.accessLog.info(facts, "request");
  else gateway.log[status >= 500 ? "warn" : "info"]({ ...facts, failure: failure.kind }, "request refused");
}
