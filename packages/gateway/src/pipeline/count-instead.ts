import { isRecord } from "@rollcall/contract";
import type { CountInstead } from "../endpoints/counts-instead.ts";
import { DIALECTS } from "../errors/dialects.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import { answerHeaders } from "../server/answer-headers.ts";
import type { TokenCounts } from "../tokens/token-counts.ts";
import type { RequestContext } from "./request-context.ts";
import { SUSPENDED, type Flow, type Stage } from "./stage.ts";

/** No tokenizer has seen all of it. */
const WARNING = "tokens_estimated";

/** Of a request that cannot be counted. */
const MOST_SHOWN = 40;

/**
 * Where no deployment has an endpoint that counts tokens, they are counted here: by a server's tokenizer, else by bytes.
 * Clients such as Claude Code need a number, and take a 404 for a fault that passes.
 */
export class CountingInstead {
  readonly #instead: CountInstead;
  readonly #counts: TokenCounts;
  readonly #flow: Flow;

  constructor(instead: CountInstead, counts: TokenCounts, flow: Flow) {
    this.#instead = instead;
    this.#counts = counts;
    this.#flow = flow;
  }

  /** For what is known before anybody was asked. */
  stage(route: Stage): Stage {
    return (ctx) => {
      const result = route(ctx);
      if (result === null || result === SUSPENDED || result.kind !== "unsupported_endpoint") return result;
      this.#begin(ctx);
      return SUSPENDED;
    };
  }

  /** For what a server says itself. */
  get flow(): Flow {
    const flow = this.#flow;
    return {
      resume: (ctx, failure) => flow.resume(ctx, failure),
      crash: (ctx, error) => flow.crash(ctx, error),
      end: (ctx, ending, failure) => {
        if (failure?.kind === "unsupported_endpoint") this.#begin(ctx);
        else flow.end(ctx, ending, failure);
      },
    };
  }

  #begin(ctx: RequestContext): void {
    this.#count(ctx).catch((error: unknown) => this.#flow.crash(ctx, error));
  }

  async #count(ctx: RequestContext): Promise<void> {
    const body = parse(ctx.body.bytes);
    const countable = body === null ? null : this.#instead.read(body);
    if (countable === null) {
      this.#flow.end(ctx, "error", this.#refusal(ctx, body));
      return;
    }
    const { counted, isWhole } = countable;
    const count = await this.#counts.count(ctx.meant, counted, ctx.requestId);
    if (ctx.ended) return;
    if (count === null) throw new Error("routed, and not known");
    send(ctx, this.#instead.answer(count.tokens), count.isEstimate || !isWhole);
    this.#flow.end(ctx, "complete");
  }

  #refusal(
    { body: { bytes } }: RequestContext,
    body: Readonly<Record<string, unknown>> | null,
  ): GatewayError {
    const { field: name, expected } = this.#instead;
    if (body === null)
      return { kind: "not_json", found: JSON.stringify(bytes.toString("utf8", 0, MOST_SHOWN)) };
    const found = JSON.stringify(body[name])?.slice(0, MOST_SHOWN) ?? "nothing";
    return { kind: "invalid_parameter", name, found, expected };
  }
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const body: unknown = JSON.parse(bytes.toString("utf8"));
    return isRecord(body) ? body : null;
  } catch {
    return null;
  }
}

function send(ctx: RequestContext, answer: object, isEstimate: boolean): void {
  const { endpoint, outgoing, requestId } = ctx;
  const body = JSON.stringify(answer);
  const { idHeader } = DIALECTS[endpoint.dialect];
  outgoing.writeHead(200, {
    ...answerHeaders(ctx),
    ...(idHeader !== null && { [idHeader]: requestId }),
    ...(isEstimate && { "x-rollcall-warning": WARNING }),
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  outgoing.end(body);
}
