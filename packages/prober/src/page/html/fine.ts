import { VERSION } from "@rollcall/contract";
import type { PageFacts } from "../view/facts.ts";
import { html, NOTHING, type Html } from "./markup.ts";

/** What is seldom asked. */
export function fineSection({ intervalMs, config, tellsDetails }: PageFacts): Html {
  const links = tellsDetails
    ? html`<a href="/status">JSON</a> <a href="/metrics">Metrics</a>`
    : html`<a href="/readyz?verbose">As text</a> <a href="/metrics">Metrics</a>`;
  return html`<footer class="fine">
    <span>Probes every ${intervalMs / 1_000} s</span>
    ${tellsDetails ? html`<span>Config <code>${config.slice(0, 12)}</code></span>` : NOTHING}
    <span>Rollcall ${VERSION}</span> ${links} <span>Times are UTC</span>
  </footer>`;
}
