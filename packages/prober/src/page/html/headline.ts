import type { FleetView } from "../view/fleet-view.ts";
import type { Group } from "../view/group.ts";
import { count, printName } from "../view/print.ts";
import { SHAPE_WORDS } from "../view/words.ts";
import { icon, labelledIcon } from "./icons.ts";
import { html, NOTHING, type Html } from "./markup.ts";
import { aliasPath, phrase } from "./text.ts";

/** The answer, its effect, a tile a model, and how many deployments stand how. */
export function headlineSection(view: FleetView): Html {
  const { headline, facts } = view;
  const { shape } = headline;
  return html`<section class="panel verdict ${shape}" aria-labelledby="answer">
    <h1 id="answer">${icon(shape)}<span>${headline.title}</span></h1>
    <p>${phrase(headline.text)}</p>
    ${facts.deployments.length === 0 ? NOTHING : [tiles(view), tally(view)]}
  </section>`;
}

function tiles({ tiles: shown, moreTiles, lines }: FleetView): Html {
  if (shown.length === 0 && moreTiles === 0) return NOTHING;
  const isOne = shown.length === 1 && moreTiles === 0 && lines.length > 0;
  if (isOne) return NOTHING;
  const more =
    moreTiles === 0
      ? NOTHING
      : html`<li class="more">
          ${shown.length === 0 ? count(moreTiles, "model") : `and ${count(moreTiles, "other")}`}
        </li>`;
  return html`<ul class="roll" aria-label="Models">
    ${shown.map(tile)}${more}
  </ul>`;
}

/** So many deployments have a shape of their own. */
const SHAPES_A_TILE = 12;

function tile({ alias, members, shape, word }: Group): Html {
  const shapes = members
    .slice(0, SHAPES_A_TILE)
    .map(({ standing }) => labelledIcon(standing.shape, standing.word));
  const more = members.length - shapes.length;
  return html`<li>
    <a href="${aliasPath(alias)}" class="${shape}"
      ><span class="name"><bdi>${printName(alias)}</bdi></span
      ><span class="dots">${shapes}${more > 0 ? html`<span class="small">+${more}</span>` : NOTHING}</span
      ><span class="word">${word}</span></a
    >
  </li>`;
}

function tally({ tally: counts }: FleetView): Html {
  return html`<ul class="legend" aria-label="Deployments by state">
    ${counts.map(
      ([shape, amount]) =>
        html`<li>
          ${icon(shape)}<span><b>${amount}</b> ${SHAPE_WORDS[shape]}</span>
        </li>`,
    )}
  </ul>`;
}
