import { isStale } from "@rollcall/contract";
import type { PageFacts } from "./facts.ts";
import { isUncallable, type Group } from "./group.ts";
import { count, printAge, printName } from "./print.ts";
import type { Shape } from "./words.ts";

/** Text in which some parts are names or code. */
export type Phrase = readonly (string | { readonly name: string } | { readonly code: string })[];

/** The answer: can every model be called? */
export interface Headline {
  readonly shape: Shape;
  readonly title: string;
  readonly text: Phrase;
}

export function headlineOf(facts: PageFacts, groups: readonly Group[]): Headline {
  const unknown = NOT_KNOWN.map((find) => find(facts, groups)).find((found) => found !== null);
  if (unknown !== undefined && unknown !== null) return unknown;
  const found = known(facts, groups);
  if (!isOldAtGateways(facts)) return found;
  const shape = found.shape === "ok" ? "warn" : found.shape;
  return { ...found, shape, title: `${found.title}, but gateways go by older verdicts` };
}

/** What is true here is then not what requests meet. */
function isOldAtGateways({ writtenAgoMs, startedAgoMs, intervalMs, gatewayNotes }: PageFacts): boolean {
  const isCarrierStuck = isStale(writtenAgoMs ?? startedAgoMs, intervalMs);
  return isCarrierStuck || (gatewayNotes ?? []).some((note) => note.startsWith("snapshot is stale"));
}

type Find = (facts: PageFacts, groups: readonly Group[]) => Headline | null;

/** In which nothing can be said of the fleet, in this order. */
const NOT_KNOWN: readonly Find[] = [
  ({ deployments }) =>
    deployments.length > 0
      ? null
      : {
          shape: "unknown",
          title: "The config names no deployments",
          text: [
            "Add one under ",
            { code: "model_list" },
            "; it is taken over within a second. ",
            { code: "rollcall check" },
            " says what is wrong with a file.",
          ],
        },
  ({ initialRoundDone, deployments }) => {
    if (initialRoundDone) return null;
    const asked = deployments.filter(
      ({ exchanges, verdict }) => exchanges.length > 0 || verdict.ready,
    ).length;
    return {
      shape: "unknown",
      title: "Calling the roll",
      text: [
        `${asked} of ${count(deployments.length, "deployment")} have answered so far; until the first round is done, nothing here is a fault.`,
      ],
    };
  },
  ({ probedAgoMs, intervalMs, deployments }) =>
    // One probe of many within the time of several is enough: whoever is asked seldom does not make all old.
    probedAgoMs === null || !isStale(probedAgoMs, Math.max(intervalMs, STALL_MS)) || deployments.length === 0
      ? null
      : {
          shape: "unknown",
          title: "The prober has stopped probing",
          text: [
            `Its last probe ended ${printAge(probedAgoMs)} ago: what you see may be wrong. Gateways go on by the last verdicts. Restart the prober, and read its log.`,
          ],
        },
];

/** Services of others are asked once a minute. */
const STALL_MS = 60_000;

function known(facts: PageFacts, groups: readonly Group[]): Headline {
  const gone = groups.filter(isUncallable);
  const short = groups.filter((group) => group.ready > 0 && group.ready < group.members.length);
  if (gone.length > 0) return withGone(facts, { groups, gone, short });
  const models = count(groups.length, "model");
  const isOne = groups.length === 1;
  const all = isOne ? "The model can be called" : `All ${models} can be called`;
  const rested = groups.filter(({ ready }) => ready === 0);
  if (rested.length > 0)
    return {
      shape: "rest",
      title: `${count(rested.length, "model is", "models are")} taken out of use, and all others can be called`,
      text: [...names(rested), " will be called again once given back."],
    };
  if (short.length > 0)
    return {
      shape: "warn",
      title: isOne
        ? `${all}, but is short of deployments`
        : `${all}, ${short.length === 1 ? "1 is" : `${short.length} are`} short of deployments`,
      text: [...short.slice(0, NAMED).flatMap(shortOf), rest(short.length), "Nobody is refused for it."],
    };
  const warned = groups.filter(({ shape }) => shape === "warn").length;
  return {
    shape: warned > 0 ? "warn" : "ok",
    title: warned > 0 ? `${all}, ${isOne ? "with" : `${warned} with`} a warning` : all,
    text: [allReady(facts)],
  };
}

const NAMED = 3;

function withGone(
  facts: PageFacts,
  { groups, gone, short }: { groups: readonly Group[]; gone: readonly Group[]; short: readonly Group[] },
): Headline {
  // Red is for what somebody has to act on.
  const waits = gone.every(({ shape }) => shape === "wait" || shape === "unknown");
  const yet = waits ? " yet" : "";
  const effect = gone.every(({ alias }) => facts.hasFallback(alias))
    ? "requests go to fallbacks"
    : `requests for ${gone.length === 1 ? "it" : "them"} fail`;
  return {
    shape: waits ? "wait" : "out",
    title: titleOf(gone.length, groups.length) + yet,
    text: [
      ...names(gone),
      ` ${gone.length === 1 ? "has" : "have"} no deployment that can serve: ${effect}.`,
      ...(short.length === 0
        ? []
        : [" ", ...names(short), ` ${short.length === 1 ? "is" : "are"} short of deployments.`]),
    ],
  };
}

function titleOf(gone: number, all: number): string {
  if (all === 1) return "The model cannot be called";
  return gone === all
    ? `None of ${count(all, "model")} can be called`
    : `${gone} of ${count(all, "model")} cannot be called`;
}

function allReady({ deployments, events, now }: PageFacts): string {
  const last = events.at(-1);
  const since = last === undefined ? "" : ` The last change was ${printAge(now - last.at)} ago.`;
  const all =
    deployments.length === 1 ? "Its deployment is" : `All ${count(deployments.length, "deployment")} are`;
  return `${all} ready under the expected name.${since}`;
}

function names(groups: readonly Group[]): Phrase {
  const named = groups.slice(0, NAMED);
  const more = groups.length - named.length;
  return named
    .flatMap(({ alias }, index) => {
      const isLast = index === named.length - 1 && more === 0;
      const before = index === 0 ? "" : isLast ? " and " : ", ";
      return [before, { name: printName(alias) }];
    })
    .concat(more === 0 ? [] : [` and ${count(more, "other")}`]);
}

function shortOf({ alias, ready, members }: Group): Phrase {
  return [{ name: printName(alias) }, ` runs on ${ready} of ${members.length}. `];
}

function rest(all: number): string {
  return all > NAMED ? `${count(all - NAMED, "other runs", "others run")} on fewer too. ` : "";
}
