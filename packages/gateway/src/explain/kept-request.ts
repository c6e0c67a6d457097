import type { GatewayError } from "../errors/gateway-error.ts";
import { overheadOf } from "../observe/overhead.ts";
import { isStream, reasonOf } from "../observe/request-facts.ts";
import type { TriedAttempt } from "../observe/tried-attempt.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { Ending, RequestEnd } from "../pipeline/stage.ts";
import type { PassedOver } from "../routing/passed-over.ts";
import { standingsOf, type ExplainedAttempt, type RequestExplanation } from "./request-explanation.ts";

/** What is kept of a request as numbers, in this order; NaN: nothing. */
const NUMBERS = [
  "startedAt",
  "ms",
  "queuedMs",
  "overheadMs",
  "firstByteMs",
  "status",
  "stream",
  "fallbacks",
  "afterMs",
  "more",
  "hasUsage",
  "input",
  "output",
  "cached",
  "reasoning",
] as const;

export const NUMBER_COLUMNS = NUMBERS.length;

/** What else is kept: nothing of it is the request's own but its id, its trace and what went wrong. */
interface Texts {
  readonly requestId: string;
  readonly traceId: string | null;
  readonly endpoint: string;
  readonly alias: string;
  /** Where an attempt was completed; null where none was. */
  readonly deployment: string | null;
  /** The alias that it is of. */
  readonly standIn: string;
  readonly keyId: string;
  readonly ending: Ending;
  readonly error: string | null;
  readonly reason: string | null;
  readonly strategy: string;
  /** All deployments of that alias. */
  readonly ids: readonly string[];
  readonly passedOver: readonly PassedOver[];
  readonly tried: readonly TriedAttempt[] | null;
}

export const TEXT_COLUMNS = 14;

/** A request that has ended, and what whoever keeps it knows of it. */
export interface EndedRequest {
  readonly ctx: RequestContext;
  readonly end: RequestEnd;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly ids: readonly string[];
  readonly passedOver: readonly PassedOver[];
  /** So many further ones could not be taken. */
  readonly more: number;
}

/** Writes a row of numbers, `at` its first. */
export function keepNumbers(numbers: Float64Array, at: number, { ctx, end, now, more }: EndedRequest): void {
  const { firstByteAt, startedAt, usage } = ctx;
  numbers[at] = Math.round(now - end.ms);
  numbers[at + 1] = end.ms;
  numbers[at + 2] = ctx.queuedMs;
  numbers[at + 3] = overheadOf(ctx, end.ms);
  numbers[at + 4] = firstByteAt === null ? Number.NaN : firstByteAt - startedAt;
  numbers[at + 5] = end.status;
  numbers[at + 6] = isStream(ctx) ? 1 : 0;
  numbers[at + 7] = ctx.fallbacks;
  numbers[at + 8] = ctx.sentAt - startedAt;
  numbers[at + 9] = more;
  numbers[at + 10] = usage === null ? 0 : 1;
  numbers[at + 11] = usage?.input ?? Number.NaN;
  numbers[at + 12] = usage?.output ?? Number.NaN;
  numbers[at + 13] = usage?.cached ?? Number.NaN;
  numbers[at + 14] = usage?.reasoning ?? Number.NaN;
}

/** Writes a row of the rest, in the order of `Texts`. */
export function keepTexts(texts: unknown[], at: number, { ctx, end, ids, passedOver }: EndedRequest): void {
  const { alias, sentTo, tried } = ctx;
  const isCompleted = sentTo !== null && ctx.attempts > (tried?.length ?? 0);
  texts[at] = ctx.requestId;
  texts[at + 1] = ctx.trace?.traceId ?? null;
  texts[at + 2] = ctx.endpoint.name;
  texts[at + 3] = alias;
  texts[at + 4] = isCompleted ? sentTo.id : null;
  texts[at + 5] = aliasTried(ctx);
  texts[at + 6] = ctx.principal.id;
  texts[at + 7] = end.ending;
  texts[at + 8] = end.failure?.kind ?? null;
  texts[at + 9] = reasonOf(ctx, end);
  texts[at + 10] = ctx.state.config.strategy;
  texts[at + 11] = ids;
  texts[at + 12] = passedOver;
  texts[at + 13] = tried;
}

/** The alias of the last attempt, or the one that was meant. */
export function aliasTried({ alias, sentTo }: Pick<RequestContext, "alias" | "sentTo">): string {
  return sentTo?.deployment.alias ?? alias;
}

/** Where none was ready the refusal says why; a choice that was made says it of the others. */
export function passedOverBy(
  { passedOver }: Pick<RequestContext, "passedOver">,
  failure: GatewayError | null,
): readonly PassedOver[] {
  return failure?.kind === "none_ready"
    ? failure.out.map(({ id, reason: why }) => ({ id, why }))
    : passedOver;
}

/** Reads what the two above wrote: one row of each. */
export function readKept(numbers: Float64Array, texts: readonly unknown[]): RequestExplanation {
  const number = (column: (typeof NUMBERS)[number]) => numbers[NUMBERS.indexOf(column)] ?? 0;
  const orNull = (column: (typeof NUMBERS)[number]) => (Number.isNaN(number(column)) ? null : number(column));
  const { deployment, ids, passedOver, standIn, tried, ...said } = readTexts(texts);
  const ms = number("ms") - number("afterMs");
  const none = { reason: null, timeout: null, excuse: null };
  const last: readonly ExplainedAttempt[] =
    deployment === null
      ? []
      : [
          {
            ...none,
            deployment,
            alias: standIn,
            outcome: "complete",
            status: number("status"),
            afterMs: number("afterMs"),
            ms,
            passedOver,
          },
        ];
  const [input, output] = [orNull("input"), orNull("output")];
  const [cached, reasoning] = [orNull("cached"), orNull("reasoning")];
  return {
    ...said,
    startedAt: number("startedAt"),
    stream: number("stream") === 1,
    status: number("status"),
    deployments: standingsOf(ids, { chosen: deployment ?? tried?.at(-1)?.deployment ?? null, passedOver }),
    more: number("more"),
    attempts: [...(tried ?? []), ...last],
    fallbacks: number("fallbacks"),
    times: {
      totalMs: number("ms"),
      queueMs: number("queuedMs"),
      overheadMs: number("overheadMs"),
      firstByteMs: orNull("firstByteMs"),
    },
    tokens: number("hasUsage") === 0 ? null : { input, output, cached, reasoning },
  };
}

function readTexts(row: readonly unknown[]): Texts {
  const names: readonly (keyof Texts)[] = [
    "requestId",
    "traceId",
    "endpoint",
    "alias",
    "deployment",
    "standIn",
    "keyId",
    "ending",
    "error",
    "reason",
    "strategy",
    "ids",
    "passedOver",
    "tried",
  ];
  return Object.fromEntries(names.map((name, index) => [name, row[index]])) as unknown as Texts;
}
