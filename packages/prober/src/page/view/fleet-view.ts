import { SHAPES, type Shape } from "./words.ts";
import type { PageFacts } from "./facts.ts";
import { groupFleet, type Group, type Member } from "./group.ts";
import { headlineOf, type Headline } from "./headline.ts";
import { todoOf, type Todo } from "./cases.ts";

/** What the reader asked to see. Empty texts ask for all. */
export interface Filter {
  /** A shape, or the code of a reason or warning. */
  readonly state: string;
  /** Part of an alias, id, host or name. */
  readonly text: string;
  /** From 1. */
  readonly page: number;
}

/** One line of the table of all deployments. */
export type Line =
  | {
      readonly kind: "group";
      readonly group: Group;
      /** Its deployments are not shown. */ readonly isFolded: boolean;
    }
  | { readonly kind: "row"; readonly member: Member; readonly group: Group };

export interface FleetView {
  readonly facts: PageFacts;
  readonly headline: Headline;
  readonly tiles: readonly Group[];
  /** Models without a tile. */
  readonly moreTiles: number;
  readonly tally: readonly (readonly [shape: Shape, count: number])[];
  readonly todo: Todo;
  readonly filter: Filter;
  readonly lines: readonly Line[];
  readonly pages: number;
  /** Deployments that the filter lets through. */
  readonly matching: number;
}

/** More models than that: tiles only for those that are not whole. */
const MOST_TILES = 24;

/** More deployments than that: models that are well fold to their head line. */
const MOST_UNFOLDED = 200;

export const LINES_A_PAGE = 200;

export function fleetViewOf(facts: PageFacts, filter: Filter): FleetView {
  const groups = groupFleet(facts);
  const unwhole = groups.filter(({ shape }) => shape !== "ok");
  const tiles = (groups.length <= MOST_TILES ? groups : unwhole).slice(0, MOST_TILES);
  const lines = linesOf(groups, filter, facts.deployments.length > MOST_UNFOLDED);
  const matching = lines.reduce(
    (sum, line) => sum + (line.kind === "row" ? 1 : line.isFolded ? line.group.members.length : 0),
    0,
  );
  const pages = Math.max(1, Math.ceil(lines.length / LINES_A_PAGE));
  const page = Math.min(filter.page, pages);
  return {
    facts,
    headline: headlineOf(facts, groups),
    tiles,
    moreTiles: groups.length - tiles.length,
    tally: tallyOf(groups),
    todo: todoOf(facts, groups),
    filter: { ...filter, page },
    lines: pageOf(lines, page),
    pages,
    matching,
  };
}

function tallyOf(groups: readonly Group[]): FleetView["tally"] {
  const counts = new Map<Shape, number>();
  for (const { members } of groups)
    for (const { standing } of members) counts.set(standing.shape, (counts.get(standing.shape) ?? 0) + 1);
  return SHAPES.flatMap((shape) => {
    const count = counts.get(shape) ?? 0;
    return count === 0 ? [] : [[shape, count] as const];
  });
}

function linesOf(groups: readonly Group[], filter: Filter, isLarge: boolean): readonly Line[] {
  const asked = filter.state !== "" || filter.text !== "";
  return groups.flatMap((group): readonly Line[] => {
    const isFolded = isLarge && !asked && group.shape === "ok";
    if (isFolded) return [{ kind: "group", group, isFolded }];
    const members = asked ? group.members.filter((member) => matches(member, filter)) : group.members;
    return members.length === 0
      ? []
      : [
          { kind: "group", group, isFolded },
          ...members.map((member): Line => ({ kind: "row", member, group })),
        ];
  });
}

function matches({ facts, standing }: Member, { state, text }: Filter): boolean {
  const { verdict, address } = facts;
  if (state !== "" && state !== standing.shape && state !== standing.code && state !== verdict.reason)
    return false;
  if (text === "") return true;
  const wanted = text.toLowerCase();
  return [verdict.alias, verdict.deployment, address, verdict.expected, ...verdict.found].some((name) =>
    name.toLowerCase().includes(wanted),
  );
}

/** A page that begins within a model repeats its head line. */
function pageOf(lines: readonly Line[], page: number): readonly Line[] {
  const own = lines.slice((page - 1) * LINES_A_PAGE, page * LINES_A_PAGE);
  const [first] = own;
  return first?.kind === "row" ? [{ kind: "group", group: first.group, isFolded: false }, ...own] : own;
}
