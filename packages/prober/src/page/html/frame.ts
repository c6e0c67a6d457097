import type { Shape } from "../view/words.ts";
import { SPRITE } from "./icons.ts";
import { html, NOTHING, printed, type Html } from "./markup.ts";
import { timeOf } from "./text.ts";

/** Where the page's own files are. */
export interface FilePaths {
  readonly style: string;
  readonly script: string;
  readonly icon: (shape: Shape) => string;
}

export interface FrameOptions {
  readonly files: FilePaths;
  readonly title: string;
  readonly shape: Shape;
  /** Null for those who may not know. */
  readonly machine: string | null;
  /** Those who have not shown the key are offered to. */
  readonly offersSignIn: boolean;
  /** What it follows; null for pages that do not change. */
  readonly live: Live | null;
  readonly main: readonly Html[];
}

export interface Live {
  readonly path: string;
  readonly version: string;
  readonly at: number;
}

/** Before the title in the tab, where there is no room for a shape. */
export const TITLE_MARKS: Readonly<Record<Shape, string>> = {
  ok: "✓",
  warn: "▲",
  wait: "◐",
  rest: "‖",
  out: "✕",
  unknown: "?",
};

export function printTitle(title: string, shape: Shape): string {
  return `${TITLE_MARKS[shape]} ${title} · Rollcall`;
}

const BRAND = printed(
  '<a class="brand" href="/"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2 3h10v3H2zm0 5.5h7v3H2zM2 14h10v3H2zM18.4 4.6 14.9 8l-1.6-1.6-1.4 1.4 3 3 4.9-4.8z"/></svg>Rollcall</a>',
);

/** A whole page. */
export function frame({ files, title, shape, machine, offersSignIn, live, main }: FrameOptions): Html {
  const follows =
    live === null
      ? NOTHING
      : html` data-live="${live.path}" data-version="${live.version}" data-at="${live.at}"`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${printTitle(title, shape)}</title>
<link rel="icon" id="icon" type="image/svg+xml" href="${files.icon(shape)}">
<link rel="stylesheet" href="${files.style}">
${live === null ? NOTHING : html`<script src="${files.script}" defer></script>`}
</head>
<body${follows}>
<a class="skip" href="#main">Skip to content</a>
${SPRITE}
<header class="top"><div class="wrap">
${BRAND}<span class="muted small">${machine === null ? "Prober" : html`Prober on <bdi>${machine}</bdi>`}</span>
${offersSignIn ? html`<a class="small" href="/sign-in">Sign in for hosts and names</a>` : NOTHING}
${
  live === null
    ? NOTHING
    : html`<div class="push live">
        <span id="as-of">As of <b>${timeOf(live.at, live.at)}</b></span
        ><span id="controls"><a class="button low" href="">Reload</a></span>
      </div>`
}
</div></header>
<main class="wrap" id="main" tabindex="-1">
<div id="state-of-page"></div>
${main}
</main>
<p class="unseen" id="said" aria-live="polite"></p>
</body>
</html>
`;
}

/** A page that says one thing. */
export function problem(title: string, text: readonly Html[]): readonly Html[] {
  return [
    html`<section class="panel verdict out" aria-labelledby="answer">
      <h1 id="answer">${title}</h1>
      ${text.map((one) => html`<p>${one}</p>`)}
    </section>`,
  ];
}
