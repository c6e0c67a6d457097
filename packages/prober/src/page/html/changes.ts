import type { Event } from "../../events.ts";
import { printTime, printInstant } from "./print-time.ts";
import { REASON_WORDS, WARNING_WORDS, type Standing } from "../view/words.ts";
import { html, NOTHING, type Html } from "./markup.ts";
import { deploymentLink, stateOf } from "./text.ts";

const SHOWN = 20;

/** What changed last, newest first. */
export function changesSection(events: readonly Event[], now: number): Html {
  if (events.length === 0) return NOTHING;
  const shown = events.slice(-SHOWN).toReversed();
  return html`<section aria-labelledby="changes-head">
    <div class="titled">
      <h2 id="changes-head">Last changes</h2>
      <a class="small" href="/events">All as JSON</a>
    </div>
    <ol class="panel log">
      ${shown.map((event) => change(event, now))}
    </ol>
  </section>`;
}

function change(event: Event, now: number): Html {
  const { at, deployment, from, to, detail } = event;
  return html`<li>
    <time datetime="${printInstant(at)}">${printTime(at, now)}</time>
    <span class="who">${deploymentLink(deployment)}</span>
    <span class="what"
      ><span class="muted"
        >${REASON_WORDS[from].word}<span aria-hidden="true"> →</span><span class="unseen"> to</span></span
      >
      ${stateOf(reached(event))}${detail === "" || to === "ok" ? NOTHING : html`<bdi class="muted">${detail}</bdi>`}</span
    >
  </li>`;
}

function reached({ to, warnings }: Event): Standing {
  const [warning] = warnings;
  if (to !== "ok") return { ...REASON_WORDS[to], code: to };
  return warning === undefined
    ? { word: "Ready", shape: "ok", code: "ok" }
    : { word: WARNING_WORDS[warning], shape: "warn", code: warning };
}
