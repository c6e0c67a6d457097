import type { Shape } from "../view/words.ts";
import { html, printed, type Html } from "./markup.ts";

/** A shape for each state, so that nothing hangs on colour: `cut` and `line` are what is left out of it. */
const PATHS: Readonly<Record<Shape, string>> = {
  ok: '<circle cx="9" cy="9" r="8"/><path class="line" d="m5.4 9.3 2.5 2.5 4.8-5.4"/>',
  warn: '<path d="M9 1.2c.5 0 .9.3 1.2.7l7 12.6c.5.9-.2 2-1.2 2H2c-1 0-1.7-1.1-1.2-2l7-12.6c.3-.4.7-.7 1.2-.7z"/><path class="line" d="M9 6.4v4"/><circle class="cut" cx="9" cy="13.3" r="1.1"/>',
  wait: '<circle class="ring" cx="9" cy="9" r="7.1"/><path d="M9 3.9a5.1 5.1 0 0 1 0 10.2z"/>',
  out: '<path d="M5.7 1h6.6L17 5.7v6.6L12.3 17H5.7L1 12.3V5.7z"/><path class="line" d="m6.2 6.2 5.6 5.6m0-5.6-5.6 5.6"/>',
  rest: '<rect x="1" y="1" width="16" height="16" rx="3.5"/><path class="line" d="M7 6v6m4-6v6"/>',
  unknown:
    '<circle class="ring" cx="9" cy="9" r="7.1" stroke-dasharray="3 2.6"/><circle cx="9" cy="9" r="1.6"/>',
};

const SYMBOLS = Object.entries(PATHS)
  .map(([shape, path]) => `<symbol id="i-${shape}" viewBox="0 0 18 18">${path}</symbol>`)
  .join("");

/** All shapes, once a page. */
export const SPRITE: Html = printed(`<svg class="sprite" aria-hidden="true">${SYMBOLS}</svg>`);

/** Beside a word that says the same. */
export function icon(shape: Shape): Html {
  return html`<svg class="i ${shape}" aria-hidden="true"><use href="#i-${shape}" /></svg>`;
}

/** Without a word beside it. */
export function labelledIcon(shape: Shape, label: string): Html {
  return html`<svg class="i ${shape}" role="img" aria-label="${label}"><use href="#i-${shape}" /></svg>`;
}

/** As the style sheet has them in light. */
const COLOURS: Readonly<Record<Shape, string>> = {
  ok: "#1a7f48",
  warn: "#a86400",
  wait: "#1f6dbb",
  out: "#c4212b",
  rest: "#66707d",
  unknown: "#66707d",
};

/** The page's icon in the tab: the state of the whole. */
export function printFavicon(shape: Shape): string {
  const colour = COLOURS[shape];
  const drawn = PATHS[shape]
    .replaceAll('class="line"', 'fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round"')
    .replaceAll('class="cut"', 'fill="#fff"')
    .replaceAll('class="ring"', `fill="none" stroke="${colour}" stroke-width="1.8"`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 18 18" fill="${colour}">${drawn}</svg>\n`;
}
