import type { Facts } from "./facts.ts";
import type { PlannedRequest, Topic } from "./plan.ts";

/** Where two answers to the same request are not the same. */
export interface Difference {
  readonly topic: Topic;
  readonly alias: string | null;
  /** The fact: `status`, `header retry-after`, `body choices[].index`. */
  readonly what: string;
  readonly litellm: string;
  readonly rollcall: string;
}

/** In place of a fact that one of them does not have. */
export const ABSENT = "absent";

/** All differences between the answers to one request. */
export function compareFacts(
  { topic, alias }: Pick<PlannedRequest, "topic" | "alias">,
  litellm: Facts,
  rollcall: Facts,
): readonly Difference[] {
  const names = [...new Set([...litellm.keys(), ...rollcall.keys()])];
  // An answer and an error have nothing in common but their heads.
  const isSameKind = hasError(litellm) === hasError(rollcall);
  return names.flatMap((what) => {
    if (!isSameKind && /^(body|event|name in|stream|error\.(?!type|code))/.test(what)) return [];
    const [one, other] = [litellm.get(what) ?? ABSENT, rollcall.get(what) ?? ABSENT];
    return one === other ? [] : [{ topic, alias, what, litellm: one, rollcall: other }];
  });
}

function hasError(facts: Facts): boolean {
  return [...facts.keys()].some((name) => name.startsWith("error."));
}
