import type { TagFiltering } from "@rollcall/contract";
import { ranked, type Target, type Unroutable } from "./target.ts";

type Tags = readonly string[];

/** What the tags of a request ask for: LiteLLM's `&tag` has to be there, `!tag` must not, of the others one is enough. */
interface Wish {
  readonly required: Tags;
  readonly excluded: Tags;
  readonly wanted: Tags;
}

/** For requests without tags, and for those whose tags nobody has. */
const DEFAULT = "default";

const isDefault = (own: Tags) => own.includes(DEFAULT);

/**
 * What of a target is for requests with these tags; null where nothing is. As in LiteLLM, but that who is meant does not hang
 * on who is ready: a tagged request waits for its own deployments instead of being told that it may not.
 */
export function byTags(target: Target, tags: Tags, filtering: TagFiltering): Target | null {
  const all = [...target.routable.map(({ deployment }) => deployment.tags), ...target.unroutable.map(tagsOf)];
  if (tags.length === 0) return untagged(target);
  const fits = fitFor(readWish(tags), all, filtering);
  return all.some(fits) ? narrow(target, fits) : all.length === 0 ? target : null;
}

/** The default ones, as long as one of them is ready; where there is none, anyone. */
function untagged(target: Target): Target {
  return target.routable.some(({ deployment }) => isDefault(deployment.tags))
    ? narrow(target, isDefault)
    : target;
}

function fitFor({ required, excluded, wanted }: Wish, all: readonly Tags[], { matchAny }: TagFiltering) {
  const isAllowed = (own: Tags) =>
    required.every((tag) => own.includes(tag)) && !excluded.some((tag) => own.includes(tag));
  if (wanted.length === 0) {
    // What is merely not to be chosen is chosen from as if nothing had been asked.
    const pool = required.length === 0 && all.some(isDefault) ? isDefault : () => true;
    return (own: Tags) => isAllowed(own) && pool(own);
  }
  const isWanted = (own: Tags) =>
    matchAny ? wanted.some((tag) => own.includes(tag)) : wanted.every((tag) => own.includes(tag));
  // Who asks for a tag that some deployment has is not sent elsewhere.
  const isKnown = all.some((own) => wanted.some((tag) => own.includes(tag)));
  const chosen = isKnown ? isWanted : isDefault;
  return (own: Tags) => isAllowed(own) && chosen(own);
}

function readWish(tags: Tags): Wish {
  const marked = (mark: string) =>
    tags.filter((tag) => tag.startsWith(mark) && tag.length > 1).map((tag) => tag.slice(1));
  return {
    required: marked("&"),
    excluded: marked("!"),
    wanted: tags.filter((tag) => !tag.startsWith("&") && !tag.startsWith("!")),
  };
}

function narrow(target: Target, fits: (own: Tags) => boolean): Target {
  return {
    ...target,
    ...ranked(target.routable.filter(({ deployment }) => fits(deployment.tags))),
    unroutable: target.unroutable.filter((one) => fits(tagsOf(one))),
  };
}

function tagsOf({ tags = [] }: Unroutable): Tags {
  return tags;
}
