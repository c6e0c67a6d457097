import { NOTED, type Case, type Note, type Todo } from "../view/cases.ts";
import type { Act } from "../view/act.ts";
import { differ } from "../view/name-difference.ts";
import { count } from "../view/print.ts";
import type { DeploymentFacts } from "../view/facts.ts";
import { html, NOTHING, type Html } from "./markup.ts";
import { deploymentLink, holding, markedName, nameOf, stateOf } from "./text.ts";

/** What to do, worst first; and what asks for nothing. */
export function todoSection(todo: Todo, now: number): Html {
  const { cases, more, waiting, meant } = todo;
  if (cases.length + waiting.length + meant.length === 0) return NOTHING;
  const quiet = waiting.length + meant.length === 0 ? NOTHING : quietPanel(waiting, meant);
  return html`<section aria-labelledby="todo-head">
    <h2 id="todo-head">${cases.length === 0 ? "Nothing to do" : "What to do, worst first"}</h2>
    <ol class="todo">
      ${cases.map((one) => caseItem(one, now))}${
        more > 0
          ? html`<li class="panel also">${count(more, "case")} more: see the table below.</li>`
          : NOTHING
      }${quiet}
    </ol>
  </section>`;
}

function caseItem(one: Case, now: number): Html {
  const { standing, members, size, since, meaning, detail, effect, act } = one;
  const [first] = members;
  if (first === undefined) return NOTHING;
  const title = size === 1 ? deploymentLink(first.facts.verdict.deployment) : count(size, "deployment");
  return html`<li class="panel case ${standing.shape}">
    <div class="head">
      ${stateOf(standing)}
      <h3>${title}</h3>
      <span class="muted"
        >${size === 1 ? html`of ${nameOf(first.facts.verdict.alias)}, ` : NOTHING}${holding(since, now)}</span
      >
    </div>
    <div class="body">
      <div>
        <p>${meaning} ${effect}</p>
        ${detail === "" ? NOTHING : html`<p class="muted">It showed: <bdi>${detail}</bdi></p>`}${
          size === 1 ? namesOf(first.facts) : memberList(one)
        }
      </div>
      <div class="do">${actOf(act)}</div>
    </div>
  </li>`;
}

function memberList({ members, size, standing }: Case): Html {
  const rest = size - members.length;
  return html`<p class="members">
    ${members.map(({ facts }, index) => html`${index === 0 ? "" : ", "}${deploymentLink(facts.verdict.deployment)}`)}${
      rest > 0 ? html` and <a href="/?state=${standing.code}#fleet">${count(rest, "other")}</a>` : NOTHING
    }
  </p>`;
}

/** So many served names are shown. */
const NAMES = 5;

/** What was expected and what is served, where they are not the same. */
export function namesOf({ verdict }: Pick<DeploymentFacts, "verdict">): Html {
  const { expected, found, nameMatches, reason } = verdict;
  if (nameMatches !== false || expected === "") return NOTHING;
  const [only] = found;
  const isPair = reason === "wrong_name" && found.length === 1 && only !== undefined;
  const [wanted, served] = isPair ? differ(expected, only) : [null, null];
  const rest = found.length - NAMES;
  return html`<dl class="names">
    <dt>Expected</dt>
    <dd>${wanted === null ? nameOf(expected) : markedName(wanted)}</dd>
    <dt>Served</dt>
    ${
      found.length === 0
        ? html`<dd>nothing</dd>`
        : served === null
          ? found.slice(0, NAMES).map((name) => html`<dd>${nameOf(name)}</dd>`)
          : html`<dd>${markedName(served)}</dd>`
    }${rest > 0 ? html`<dd>and ${rest} more</dd>` : NOTHING}
  </dl>`;
}

/** The text stands for itself where there is no line to copy. */
export function actOf({ text, lines }: Act): Html {
  if (lines.length === 0) return html`<p><b>${text}</b></p>`;
  return html`${lines.map(
    ({ label, line }) =>
      html`<p class="label">${label}</p>
        <div class="copy"><code>${line}</code></div>`,
  )}`;
}

function quietPanel(waiting: readonly Note[], meant: readonly Note[]): Html {
  return html`<li class="panel also">
    ${noteLine("Only wait", waiting)}${noteLine("Nothing, if it was meant", meant)}
  </li>`;
}

function noteLine(title: string, notes: readonly Note[]): Html {
  if (notes.length === 0) return NOTHING;
  const shown = notes.slice(0, NOTED);
  const rest = notes.length - shown.length;
  return html`<p>
    <b>${title}:</b>
    ${shown.map(
      ({ deployment, text }, index) => html`${index === 0 ? "" : "; "}${deploymentLink(deployment)} ${text}`,
    )}${rest > 0 ? `; and ${count(rest, "other")}` : ""}.
  </p>`;
}
