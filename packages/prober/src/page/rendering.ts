import type { Asked } from "./asked.ts";
import { pathOf } from "./asked.ts";
import { changesSection } from "./html/changes.ts";
import { askedSection, deploymentHead, knownSection } from "./html/deployment.ts";
import { fineSection } from "./html/fine.ts";
import { headlineSection } from "./html/headline.ts";
import { html, printed, type Html } from "./html/markup.ts";
import { noticesSection } from "./html/notices.ts";
import { tableRows, tableSection, tableStructure } from "./html/table.ts";
import { todoSection } from "./html/todo.ts";
import type { PageFacts } from "./view/facts.ts";
import { fleetViewOf } from "./view/fleet-view.ts";
import { printName } from "./view/print.ts";
import { SHAPES, standingOf, type Shape } from "./view/words.ts";

/** One page in the parts that are replaced one by one. */
export interface Rendering {
  /** For the tab. */
  readonly title: string;
  readonly shape: Shape;
  /** The answer in one sentence, for those who only listen. */
  readonly answer: string;
  /** By the id of the element that holds it. */
  readonly sections: ReadonlyMap<string, string>;
  /** Those of the table, in `fleet`. */
  readonly rows: readonly string[];
  /** While it is the same, rows can be replaced one by one. */
  readonly structure: string;
}

/** Null: the config has nothing of that name. */
export function render(facts: PageFacts, asked: Asked): Rendering | null {
  if (asked.kind === "fleet") return renderFleet(facts, asked);
  const isOf = ({ alias, deployment }: { readonly alias: string; readonly deployment: string }) =>
    (asked.kind === "alias" ? alias : deployment) === asked.name;
  const deployments = facts.deployments.filter(({ verdict }) => isOf(verdict));
  if (deployments.length === 0) return null;
  const own = { ...facts, deployments, events: facts.events.filter(isOf) };
  return asked.kind === "alias" ? renderFleet(own, asked) : renderDeployment(own);
}

function renderFleet(facts: PageFacts, asked: Exclude<Asked, { readonly kind: "deployment" }>): Rendering {
  const view = fleetViewOf(facts, asked.filter);
  const rows = tableRows(view);
  const { title, shape } = view.headline;
  const name = asked.kind === "alias" ? `${printName(asked.name)}: ` : "";
  return {
    title: name + title,
    shape,
    answer: `${name}${title}.`,
    sections: sectionsOf({
      headline:
        asked.kind === "alias" ? html`${crumbs(asked.name)}${headlineSection(view)}` : headlineSection(view),
      notices: noticesSection(facts),
      todo: todoSection(view.todo, facts.now),
      fleet: tableSection(view, rows.map(printed), pathOf(asked)),
      changes: changesSection(facts.events, facts.now),
      fine: fineSection(facts),
    }),
    rows,
    structure: tableStructure(view),
  };
}

function renderDeployment(facts: PageFacts): Rendering {
  const [one] = facts.deployments;
  if (one === undefined) throw new RangeError("no deployment to render");
  const { word, shape } = standingOf(one.verdict, facts.initialRoundDone);
  const name = printName(one.verdict.deployment);
  return {
    title: `${name}: ${word}`,
    shape: SHAPES.includes(shape) ? shape : "unknown",
    answer: `${name}: ${word}.`,
    sections: sectionsOf({
      headline: html`${crumbs(one.verdict.deployment)}${deploymentHead(one, facts)}`,
      known: knownSection(one, facts),
      asked: askedSection(one, facts.now),
      changes: changesSection(facts.events, facts.now),
      fine: fineSection(facts),
    }),
    rows: [],
    structure: "",
  };
}

function crumbs(name: string): Html {
  return html`<nav class="crumbs" aria-label="Where you are">
    <a href="/">All models</a> <span aria-hidden="true">/</span>
    <span aria-current="page"><bdi>${printName(name)}</bdi></span>
  </nav>`;
}

function sectionsOf(parts: Readonly<Record<string, Html | readonly Html[]>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(parts).map(([id, part]) => [id, String(html`${part}`)]));
}
