import type { Log } from "@rollcall/runtime";
import { idsOf } from "./request-ids.ts";
import type { AttemptFacts, AttemptObserver } from "./observer.ts";

/** vLLM's fields for structured output up to 0.11. From 0.12 on it takes them without a word and does nothing. */
const GUIDED = ["guided_json", "guided_regex", "guided_choice", "guided_grammar"] as const;

const IGNORED_SINCE = { major: 0, minor: 12 };

/** Says, once for each alias, that a server ignores what apps ask of it. */
export class IgnoredFields implements AttemptObserver {
  readonly #log: Pick<Log, "warn">;
  readonly #told = new Set<string>();

  constructor(log: Pick<Log, "warn">) {
    this.#log = log;
  }

  attemptStarted({ ctx, candidate: { id, kind, version } }: AttemptFacts): void {
    const { alias, fields } = ctx;
    if (kind !== "vllm") return;
    const field = GUIDED.find((name) => fields.spans[name] !== undefined);
    if (field === undefined || this.#told.has(alias) || !ignoresGuided(version)) return;
    this.#told.add(alias);
    this.#log.warn(
      { ...idsOf(ctx), alias, deployment: id, field },
      "field ignored by vLLM; send structured_outputs or response_format instead",
    );
  }
}

/** Of a version that is not told nothing is known. */
export function ignoresGuided(version: string | null): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) > IGNORED_SINCE.major || Number(minor) >= IGNORED_SINCE.minor;
}
