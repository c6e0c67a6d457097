import type { ProbeExchange } from "../../read/probe-result.ts";
import { actOf as printAct, namesOf } from "./todo.ts";
import { actOf } from "../view/act.ts";
import type { DeploymentFacts, PageFacts } from "../view/facts.ts";
import { printAge, printCount, printName } from "../view/print.ts";
import { printTime } from "./print-time.ts";
import { REASON_WORDS, standingOf } from "../view/words.ts";
import { REASONS } from "@rollcall/contract";
import { kvBar, sparkline } from "./charts.ts";
import { icon } from "./icons.ts";
import { html, NOTHING, type Html, type Value } from "./markup.ts";
import { aliasPath, holding, nameOf, NOT_KNOWN, timeOf } from "./text.ts";

/** Who it is, how it stands and what to do. */
export function deploymentHead(one: DeploymentFacts, page: PageFacts): Html {
  const { verdict, notices } = one;
  const { shape, word } = standingOf(verdict, page.initialRoundDone);
  const isReady = shape === "ok" || shape === "warn";
  const observed =
    verdict.drained === undefined
      ? NOTHING
      : html`<p>
          Taken out of use by <bdi>${verdict.drained.by}</bdi>${
            verdict.drained.reason === undefined ? "" : html`: <bdi>${verdict.drained.reason}</bdi>`
          }.
          Probes find: ${REASON_WORDS[verdict.drained.observed].word}.
        </p>`;
  return html`<section class="panel verdict ${shape}" aria-labelledby="answer">
    <h1 id="answer">
      ${icon(shape)}<span><bdi>${printName(verdict.deployment)}</bdi>: ${word}</span>
    </h1>
    <p>
      ${REASONS[verdict.reason].meaning}
      <span class="muted">It has held ${holding(verdict.since, page.now)}.</span>
    </p>
    ${verdict.detail === "" || isReady ? NOTHING : html`<p class="muted">It showed: <bdi>${verdict.detail}</bdi></p>`}
    ${notices.map(({ code, detail }) => html`<p>Warning <code>${code}</code>: ${detail}</p>`)} ${observed}
    ${namesOf(one)}
    ${
      shape === "ok"
        ? NOTHING
        : html`<div class="do">
            <h2>What to do</h2>
            ${printAct(actOf(one))}
          </div>`
    }
    <p>
      A deployment of <a href="${aliasPath(verdict.alias)}"><bdi>${printName(verdict.alias)}</bdi></a
      >.
    </p>
  </section>`;
}

type Fact = readonly [title: string, value: Value];

/** All that is known of it. */
export function knownSection(one: DeploymentFacts, { now }: PageFacts): Html {
  const facts = [...whoFacts(one), ...workFacts(one), ...timeFacts(one, now)];
  return html`<section aria-labelledby="known-head">
    <h2 id="known-head">What is known</h2>
    <dl class="panel known">
      ${facts.map(
        ([title, value]) =>
          html`<div>
            <dt>${title}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

function whoFacts({ verdict, apiBase, kind, version, index }: DeploymentFacts): readonly Fact[] {
  const { served, found, expected } = verdict;
  const names = found
    .slice(0, 20)
    .map((name, place) => html`${place === 0 ? "" : ", "}<code>${nameOf(name)}</code>`);
  const context = served?.maxModelLen ?? null;
  return [
    ["Address", html`<code><bdi>${apiBase}</bdi></code>`],
    ["In the config", html`<code>model_list[${index}]</code>`],
    ["Server", kind === null ? NOT_KNOWN : `${kind}${version === null ? "" : ` ${printName(version)}`}`],
    ["Expected name", html`<code>${nameOf(expected)}</code>`],
    ["Served names", found.length === 0 ? NOT_KNOWN : names],
    ["Context", context === null ? NOT_KNOWN : `${printCount(context)} tokens`],
    [
      "Endpoints it lacks",
      (served?.missing ?? []).length === 0 ? "none found" : (served?.missing ?? []).join(", "),
    ],
  ];
}

function workFacts({ load, rates }: DeploymentFacts): readonly Fact[] {
  return [
    [
      "Running, waiting",
      load === null ? NOT_KNOWN : `${printCount(load.running)}, ${printCount(load.waiting)}`,
    ],
    ["KV cache", load === null || load.kvUsage === null ? NOT_KNOWN : kvBar(load.kvUsage)],
    [
      "Tokens/s, last 30 min",
      rates === null
        ? NOT_KNOWN
        : html`${rates.now === null ? NOT_KNOWN : printCount(rates.now)}${sparkline(rates)}`,
    ],
  ];
}

function timeFacts({ verdict, loadTimesMs }: DeploymentFacts, now: number): readonly Fact[] {
  const { lastGoodAt, observedAt, readyInMs, refusedSince } = verdict;
  const loads = loadTimesMs.map((ms) => printAge(ms)).join(", ");
  return [
    ["Last asked", timeOf(observedAt, now)],
    ["Last ready", lastGoodAt === null ? NOT_KNOWN : timeOf(lastGoodAt, now)],
    ["Loads took", loadTimesMs.length === 0 ? NOT_KNOWN : loads],
    ...(readyInMs === undefined ? [] : [["Ready in", `about ${printAge(readyInMs)}`] as const]),
    ...(refusedSince === undefined ? [] : [["Port refuses since", timeOf(refusedSince, now)] as const]),
  ];
}

/** The questions of the last probe and what came back. */
export function askedSection({ exchanges, endpointExchanges }: DeploymentFacts, now: number): Html {
  const parts = [
    exchangeTable("Asked in the last probe", exchanges, now),
    exchangeTable("Asked for the endpoints that it lacks", endpointExchanges, now),
  ];
  return html`${parts}`;
}

function exchangeTable(title: string, exchanges: readonly ProbeExchange[], now: number): Html {
  if (exchanges.length === 0) return NOTHING;
  return html`<section>
    <h2>${title}</h2>
    <ol class="panel log">
      ${exchanges.map(
        ({ at, path, outcome }) =>
          html`<li>
            <span class="when">${printTime(at, now)}</span> <code class="who">${printName(path)}</code>
            <bdi class="what">${outcome}</bdi>
          </li>`,
      )}
    </ol>
  </section>`;
}
