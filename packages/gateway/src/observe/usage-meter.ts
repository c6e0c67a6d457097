import { readUsage } from "../endpoints/read-usage.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { PromptWatch } from "../truncation/prompt-watch.ts";
import type { UsageReader } from "../upstream/relay/relay.ts";

/** Keeps on the request what its answer says it used, and lets the watch over its prompt read too. */
export class UsageMeter implements UsageReader {
  readonly #ctx: Pick<RequestContext, "usage">;
  readonly #watch: PromptWatch | null;

  constructor(ctx: Pick<RequestContext, "usage">, watch: PromptWatch | null) {
    this.#ctx = ctx;
    this.#watch = watch;
  }

  beforeStream(): void {
    this.#watch?.beforeStream();
  }

  read(part: Buffer): void {
    this.#ctx.usage = readUsage(part, this.#ctx.usage);
    this.#watch?.read(part);
  }

  /** What is written is not known yet, whatever stands there. */
  readOpening(part: Buffer): void {
    const opening = readUsage(part, null);
    if (opening !== null) this.#ctx.usage = { ...opening, output: null };
  }

  readEnd(part: Buffer): void {
    this.#ctx.usage = readUsage(part, this.#ctx.usage);
  }
}
