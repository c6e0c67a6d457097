import { isRoutable } from "@rollcall/contract";
import type { DeploymentFacts, PageFacts } from "./facts.ts";
import { onlyWaits, standingOf, type Shape, type Standing } from "./words.ts";

/** One alias and its deployments. */
export interface Group {
  readonly alias: string;
  /** Its place among the aliases. */
  readonly place: number;
  readonly members: readonly Member[];
  /** How many may be called. */
  readonly ready: number;
  /** How it stands as a whole. */
  readonly shape: Shape;
  readonly word: string;
}

export interface Member {
  readonly facts: DeploymentFacts;
  readonly standing: Standing;
}

/** One entry an alias, in the order of the config. */
export function groupFleet(facts: PageFacts): readonly Group[] {
  const members = facts.deployments.map((one): Member => ({
    facts: one,
    standing: standingOf(one.verdict, facts.initialRoundDone),
  }));
  const byAlias = Map.groupBy(members, (member) => member.facts.verdict.alias);
  return [...byAlias].map(([alias, own], place) => {
    const ready = own.filter((member) => isRoutable(member.facts.verdict)).length;
    return { alias, place, members: own, ready, ...standingOfGroup(own, ready) };
  });
}

function standingOfGroup(members: readonly Member[], ready: number): Pick<Group, "shape" | "word"> {
  const shapes = new Set(members.map(({ standing }) => standing.shape));
  const whole = `${ready} of ${members.length} ready`;
  if (ready === members.length) return { shape: shapes.has("warn") ? "warn" : "ok", word: whole };
  if (ready > 0) return { shape: "warn", word: whole };
  if (shapes.has("unknown")) return { shape: "unknown", word: "not known yet" };
  if (members.every(({ facts }) => facts.verdict.reason === "drained"))
    return { shape: "rest", word: "taken out of use" };
  // What comes without anybody's doing is nothing to act on.
  if (members.some(({ facts }) => onlyWaits(facts.verdict)))
    return { shape: "wait", word: "cannot be called yet" };
  return { shape: "out", word: "cannot be called" };
}

/** It may not be called, and nobody meant that. */
export function isUncallable({ ready, shape }: Group): boolean {
  return ready === 0 && shape !== "rest";
}
