import { printTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import type { Difference } from "./differences.ts";
import { LISTED_DIFFERENCES, listedFor, listedRow, type ListedDifference } from "./listed-differences.ts";
import type { Plan } from "./plan.ts";

export interface Found {
  readonly plan: Plan;
  readonly differences: readonly Difference[];
}

/** All of them one by one; `why` is null for those that no page lists. */
export function jsonDifferences({ plan, differences }: Found): object {
  return {
    requests: plan.requests.length,
    leftOut: plan.leftOut,
    differences: differences.map((one) => ({ ...one, why: listedFor(one)?.why ?? null })),
  };
}

/** Those that no page lists are news, with where each was seen; the others as the rows of the page that they belong to. */
export function printDifferences({ plan, differences }: Found, terminal: Terminal): string {
  const news = differences.filter((one) => listedFor(one) === undefined);
  const listed = new Set(differences.flatMap((one) => listedFor(one) ?? []));
  return [
    ...section("Differs, and is not on the page of the move", { head: NEWS, rows: newsRows(news) }, terminal),
    ...section(
      "Differs as the page of the move lists it",
      { head: LISTED, rows: listedRows(listed) },
      terminal,
    ),
    ...plan.leftOut.map(({ alias, why }) => `${terminal.paint("bold", alias)} was not asked: ${why}`),
    `${plan.requests.length} requests to each: ${count(news.length, "difference that is", "differences that are")} not listed, ${differences.length - news.length} listed`,
    "",
  ].join("\n");
}

const NEWS = ["WHAT", "LITELLM", "ROLLCALL", "WHERE"];
const LISTED = ["WHERE", "WHAT", "LITELLM", "ROLLCALL", "WHY"];

function section(
  title: string,
  { head, rows }: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] },
  terminal: Terminal,
): readonly string[] {
  if (rows.length === 0) return [];
  const table = printTable([head.map((cell) => terminal.paint("dim", cell)), ...rows]);
  return [terminal.paint("bold", title), table, ""];
}

/** A line for what is the same in many answers. */
function newsRows(news: readonly Difference[]): readonly (readonly string[])[] {
  const groups = Map.groupBy(news, ({ what, litellm, rollcall }) =>
    JSON.stringify([what, litellm, rollcall]),
  );
  return [...groups].map(([cells, group]) => [
    ...(JSON.parse(cells) as string[]),
    group.map(place).join(", "),
  ]);
}

function place({ topic, alias }: Difference): string {
  return alias === null ? topic : `${topic} (${alias})`;
}

function listedRows(listed: ReadonlySet<ListedDifference>): readonly (readonly string[])[] {
  return LISTED_DIFFERENCES.filter((one) => listed.has(one)).map((one) =>
    listedRow(one).slice(0, LISTED.length),
  );
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
