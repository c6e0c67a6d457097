import { SLOTS, type TokenRates } from "../../remember/throughput.ts";
import { printCount } from "../view/print.ts";
import { html, NOTHING, type Html } from "./markup.ts";

const WIDTH = 96;
const HEIGHT = 24;

/** From about here on vLLM preempts. */
const FULL = 0.95;

/** How full a KV cache is: 0 to 1. */
export function kvBar(usage: number): Html {
  const percent = Math.round(usage * 100);
  const full = usage >= FULL ? " warn" : "";
  return html`<span class="meter${full}"
    ><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="fill" width="${Math.min(100, percent)}" height="8" /></svg
    >${percent} %</span
  >`;
}

/** Tokens a second of the last 30 minutes, from 0; where nothing is known the line has a gap. */
export function sparkline({ slots }: TokenRates): Html {
  const most = Math.max(1, ...slots.map((value) => value ?? 0));
  const runs = runsOf(slots).map((run) =>
    run.map(
      ([slot, value]) =>
        `${round((slot / (SLOTS - 1)) * WIDTH)},${round(HEIGHT - 1 - (value / most) * (HEIGHT - 3))}`,
    ),
  );
  if (runs.length === 0) return NOTHING;
  // A single point draws no line.
  const lines = runs.map(
    (points) =>
      html`<polyline points="${(points.length === 1 ? [...points, ...points] : points).join(" ")}" />`,
  );
  return html`<svg
    class="spark"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${describe(slots)}"
  >
    <path class="base" d="M0 ${HEIGHT - 0.5}h${WIDTH}" />
    ${lines}
  </svg>`;
}

type Point = readonly [slot: number, value: number];

function runsOf(slots: TokenRates["slots"]): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  for (const [slot, value] of slots.entries()) {
    if (value === null) continue;
    const follows = slot > 0 && slots[slot - 1] !== null;
    const run = runs.at(-1);
    if (follows && run !== undefined) run.push([slot, value]);
    else runs.push([[slot, value]]);
  }
  return runs;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The trend in words, for those who do not see the line. */
function describe(slots: TokenRates["slots"]): string {
  const values = slots.filter((value) => value !== null);
  const gaps = slots.length - values.length;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const range = `last 30 minutes: ${printCount(least)} to ${printCount(most)} tokens a second`;
  return gaps === 0 ? range : `${range}, not known for ${Math.round((gaps * 30) / SLOTS)} of these minutes`;
}
