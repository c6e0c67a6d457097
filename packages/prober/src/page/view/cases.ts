import { isRoutable, REASONS, WARNINGS } from "@rollcall/contract";
import { actOf, type Act } from "./act.ts";
import type { PageFacts } from "./facts.ts";
import { isUncallable, type Group, type Member } from "./group.ts";
import { count, printAge } from "./print.ts";
import {
  MEANT_WARNINGS,
  onlyWaits,
  REASON_WORDS,
  SHAPES,
  warningsOf,
  type Shape,
  type Standing,
} from "./words.ts";

/** Something to act on: one deployment, or several that are out for one reason. */
export interface Case {
  readonly standing: Standing;
  /** One: in full. Several: those named. */
  readonly members: readonly Member[];
  /** How many there are, named or not. */
  readonly size: number;
  /** Since when, epoch milliseconds; the earliest of several. */
  readonly since: number;
  readonly meaning: string;
  /** What came back, in one line. */
  readonly detail: string;
  /** What it means for the model. */
  readonly effect: string;
  readonly act: Act;
}

export interface Todo {
  readonly cases: readonly Case[];
  /** Cases that are not shown. */
  readonly more: number;
  /** Deployments that come without anybody's doing. */
  readonly waiting: readonly Note[];
  /** What somebody may have meant. */
  readonly meant: readonly Note[];
}

/** One deployment in half a sentence. */
export interface Note {
  readonly deployment: string;
  readonly text: string;
}

/** So many cases are shown; the table has the rest. */
const MOST_CASES = 24;

/** One reason of so many deployments is one case. */
const SEVERAL = 3;

const NAMED = 8;

/** So many notes a line are told one by one. */
export const NOTED = 12;

interface Placed extends Member {
  readonly group: Group;
}

export function todoOf(facts: PageFacts, groups: readonly Group[]): Todo {
  const placed = groups.flatMap((group) => group.members.map((member): Placed => ({ ...member, group })));
  const waiting = placed.filter(({ facts: { verdict } }) => !isRoutable(verdict) && onlyWaits(verdict));
  const meant = placed.filter(isMeant);
  const set = new Set([...waiting, ...meant]);
  const acting = placed.filter((one) => one.standing.shape !== "ok" && !set.has(one));
  const byCode = Map.groupBy(acting, ({ standing }) => standing.code);
  const all = [...byCode.values()].flatMap((own) =>
    own.length >= SEVERAL ? [caseOfSeveral(own)] : own.map((one) => caseOfOne(one, facts)),
  );
  const cases = all
    .map((one): readonly [Case, number] => [one, urgencyOf(one, groups)])
    .toSorted(([a, x], [b, y]) => x - y || a.since - b.since)
    .map(([one]) => one);
  return {
    cases: facts.initialRoundDone ? cases.slice(0, MOST_CASES) : [],
    more: facts.initialRoundDone ? Math.max(0, cases.length - MOST_CASES) : 0,
    waiting: facts.initialRoundDone ? waiting.map((one) => noteOf(one, facts.now)) : [],
    meant: meant.map((one) => noteOf(one, facts.now)),
  };
}

const MEANT_REASONS: ReadonlySet<string> = new Set(["draining", "drained"]);

function isMeant({ standing, facts: { verdict } }: Member): boolean {
  if (!isRoutable(verdict)) return MEANT_REASONS.has(verdict.reason);
  const warnings = warningsOf(verdict);
  return standing.shape === "warn" && warnings.every((code) => MEANT_WARNINGS.has(code));
}

/** Models with nothing left, then deployments that are out, then those that are full, then all else. */
function urgencyOf({ members, standing }: Case, groups: readonly Group[]): number {
  const isGone = members.some(({ facts }) => {
    const group = groups.find(({ alias }) => alias === facts.verdict.alias);
    return group !== undefined && isUncallable(group);
  });
  if (isGone) return 0;
  const shape: Shape = standing.shape;
  if (shape !== "warn") return 1 + SHAPES.indexOf(shape) / 10;
  return standing.code === "saturated" ? 2 : 3;
}

function caseOfOne({ group, ...member }: Placed, page: PageFacts): Case {
  const { facts, standing } = member;
  const { verdict, notices } = facts;
  const warning = isRoutable(verdict) ? warningsOf(verdict)[0] : undefined;
  return {
    standing,
    members: [member],
    size: 1,
    since: verdict.since,
    meaning: warning === undefined ? REASONS[verdict.reason].meaning : WARNINGS[warning].meaning,
    detail:
      warning === undefined ? verdict.detail : (notices.find(({ code }) => code === warning)?.detail ?? ""),
    effect: effectOn(group, warning !== undefined, page),
    act: actOf(facts),
  };
}

function effectOn({ alias, members, ready }: Group, isReady: boolean, { hasFallback }: PageFacts): string {
  if (isReady) return "It goes on being used.";
  if (ready > 0) return `The model runs on ${ready} of ${count(members.length, "deployment")}.`;
  const requests = hasFallback(alias) ? "requests go to its fallback" : "requests for it fail";
  return members.length === 1
    ? `It is the only deployment of its model: ${requests}.`
    : `No deployment of its model is left: ${requests}.`;
}

function caseOfSeveral(placed: readonly Placed[]): Case {
  const [first] = placed;
  if (first === undefined) throw new RangeError("a case of nobody");
  const { standing, facts } = first;
  const warning = isRoutable(facts.verdict) ? warningsOf(facts.verdict)[0] : undefined;
  const gone = new Set(placed.filter(({ group }) => isUncallable(group)).map(({ group }) => group.alias))
    .size;
  const { meaning, fix } = warning === undefined ? REASONS[facts.verdict.reason] : WARNINGS[warning];
  return {
    standing,
    members: placed.slice(0, NAMED).map(({ facts: own, standing: its }) => ({ facts: own, standing: its })),
    size: placed.length,
    since: Math.min(...placed.slice(0, 1_000).map((one) => one.facts.verdict.since)),
    meaning,
    detail: "",
    effect:
      gone > 0
        ? `${count(gone, "model has", "models have")} no deployment left.`
        : "Their models run on other deployments.",
    act: { text: fix, lines: [] },
  };
}

function noteOf({ facts: { verdict, notices }, standing }: Member, now: number): Note {
  const { deployment, readyInMs, since, drained } = verdict;
  const age = printAge(now - since);
  const notice = notices.find(({ code }) => code === standing.code);
  if (notice !== undefined) return { deployment, text: `${standing.word.toLowerCase()}: ${notice.detail}` };
  const word = REASON_WORDS[verdict.reason].word.toLowerCase();
  const by =
    drained === undefined
      ? ""
      : ` by ${drained.by}${drained.reason === undefined ? "" : `, ${drained.reason}`}`;
  const left = readyInMs === undefined ? "" : `, about ${printAge(readyInMs)} left by its earlier loads`;
  return { deployment, text: `${word}${by} for ${age}${left}` };
}
