import { LINES_A_PAGE, type Filter, type FleetView, type Line } from "../view/fleet-view.ts";
import type { Member } from "../view/group.ts";
import { differ } from "../view/name-difference.ts";
import { count, printAge, printCount, printName } from "../view/print.ts";
import { SHAPE_WORDS, SHAPES } from "../view/words.ts";
import { kvBar, sparkline } from "./charts.ts";
import { icon } from "./icons.ts";
import { html, NOTHING, type Html } from "./markup.ts";
import { aliasPath, deploymentLink, markedName, nameOf, NOT_KNOWN, stateOf } from "./text.ts";

/** Each line of the table by itself, so that only those that changed are sent. */
export function tableRows({ lines, facts }: FleetView): readonly string[] {
  return lines.map((line, index) =>
    String(
      line.kind === "group"
        ? groupRow(line, index, facts.tellsDetails)
        : memberRow(line.member, index, facts),
    ),
  );
}

/** What tells two tables apart whose lines can no longer be replaced one by one. */
export function tableStructure({ lines, filter, pages, facts }: FleetView): string {
  const ids = lines.map((line) =>
    line.kind === "group"
      ? `g${line.isFolded ? "+" : "-"}${line.group.alias}`
      : `d${line.member.facts.verdict.deployment}`,
  );
  return JSON.stringify([facts.tellsDetails, filter.page, pages, ids]);
}

/** `rows` are those of `tableRows`. `path` is the page's own. */
export function tableSection(view: FleetView, rows: readonly Html[], path: string): Html {
  const { lines, facts } = view;
  if (facts.deployments.length === 0) return NOTHING;
  const starts = lines.flatMap(({ kind }, index) => (kind === "group" ? [index] : []));
  const bodies = starts.map((start, place) => {
    const end = starts[place + 1] ?? lines.length;
    return html`<tbody role="rowgroup">
      ${rows.slice(start, end)}
    </tbody>`;
  });
  return html`<section aria-labelledby="fleet-head">
    <h2 id="fleet-head">All deployments, in the order of the config</h2>
    ${filterForm(view, path)}${
      rows.length === 0
        ? nothingFound(view.filter, path)
        : html`<div class="panel sheet${facts.tellsDetails ? " wide" : ""}">
            <table role="table" aria-labelledby="fleet-head">
              <thead role="rowgroup">
                <tr role="row">
                  ${heads(facts.tellsDetails)}
                </tr>
              </thead>
              ${bodies}
            </table>
          </div>`
    }${pager(view, path)}
  </section>`;
}

const HEADS: readonly (readonly [title: string, style: string])[] = [
  ["State", ""],
  ["Deployment", ""],
  ["Serves", ""],
  ["Since", "num"],
  ["Running, waiting", "num"],
  ["KV cache", "middle"],
];

function heads(tellsDetails: boolean): readonly Html[] {
  const shown = (tellsDetails ? HEADS : HEADS.slice(0, 2)).map(
    ([title, style]) => html`<th scope="col" role="columnheader" class="${style}">${title}</th>`,
  );
  const rate = html`<th scope="col" role="columnheader" class="num">
    Tokens/s<span class="trend">, last 30 min</span>
  </th>`;
  return tellsDetails ? [...shown, rate] : shown;
}

function groupRow(line: Line & { readonly kind: "group" }, index: number, tellsDetails: boolean): Html {
  const { group, isFolded } = line;
  const { alias, shape, word } = group;
  return html`<tr class="group" role="row" id="l${index}">
    <th scope="rowgroup" role="rowheader" colspan="${tellsDetails ? 7 : 2}">
      <span
        >${icon(shape)}<a href="${aliasPath(alias)}"><bdi>${printName(alias)}</bdi></a>
        <span class="word ${shape}">${word}${isFolded ? ", not listed" : ""}</span></span
      >
    </th>
  </tr>`;
}

function memberRow(
  { facts: one, standing }: Member,
  index: number,
  { now, tellsDetails }: FleetView["facts"],
): Html {
  const { verdict, address } = one;
  const host = address.replace(/^https?:\/\//, "");
  const isCalm = standing.shape === "ok" ? " calm" : "";
  const head = html`<td role="cell" class="right">${stateOf(standing)}</td>
    <th scope="row" role="rowheader">
      ${deploymentLink(verdict.deployment)}${host === "" ? NOTHING : html`<span class="sub mono"><bdi>${host}</bdi></span>`}
    </th>`;
  const row = html`<tr role="row" id="l${index}" class="line${isCalm}">
    ${head}
   `;
  if (!tellsDetails) return html`${row}</tr>`;
  return html`${row}<td role="cell" class="full long" data-label="Serves">${serves(one)}</td><td role="cell" class="num long" data-label="Since">${printAge(now - verdict.since)}</td>${loadCells(one)}</tr>`;
}

function serves({ verdict }: Member["facts"]): Html {
  const { found, expected, reason, ready, drained, served, nameMatches } = verdict;
  const [first, ...others] = found;
  if (first === undefined) return NOT_KNOWN;
  const differs = nameMatches === false;
  // Of several the expected one counts, where it is there.
  const shown = found.includes(expected) ? expected : first;
  const isPair = differs && reason === "wrong_name" && others.length === 0;
  const name = isPair ? markedName(differ(expected, shown)[1]) : nameOf(shown);
  const more = others.length === 0 ? "" : ` +${others.length}`;
  const below =
    !ready && drained === undefined ? "as last seen" : (served?.parent ?? "") === "" ? "" : "adapter";
  return html`<code>${name}${more}</code>${
      differs
        ? html`<span class="sub">expected <code>${nameOf(expected)}</code></span>`
        : below === ""
          ? NOTHING
          : html`<span class="sub">${below}</span>`
    }`;
}

/** On phones, where what is not known is left out. */
function orNone(value: unknown): string {
  return value === null || value === undefined ? " none" : "";
}

function loadCells({ load, rates }: Member["facts"]): Html {
  const work =
    load === null
      ? NOT_KNOWN
      : html`${printCount(load.running)}<span class="muted">, </span
          >${load.waiting > 0 ? html`<b>${printCount(load.waiting)}</b>` : 0}`;
  const kv = load?.kvUsage === null || load === null ? NOT_KNOWN : kvBar(load.kvUsage);
  const rate = rates?.now === null || rates === null ? NOT_KNOWN : printCount(rates.now);
  const line = rates === null ? NOTHING : sparkline(rates);
  return html`<td role="cell" class="num${orNone(load)}" data-label="Running, waiting">${work}</td>
    <td role="cell" class="middle keep${orNone(load?.kvUsage)}" data-label="KV cache">${kv}</td>
    <td role="cell" class="num rate${orNone(rates?.now)}" data-label="Tokens/s">${rate}${line}</td>`;
}

function filterForm({ filter, matching, facts }: FleetView, path: string): Html {
  const all = facts.deployments.length;
  if (all < 2) return NOTHING;
  const options = [["", "All states"], ...SHAPES.map((shape) => [shape, capital(SHAPE_WORDS[shape])])];
  const isCode = filter.state !== "" && !SHAPES.some((shape) => shape === filter.state);
  if (isCode) options.push([filter.state, filter.state]);
  const asked = filter.state !== "" || filter.text !== "";
  return html`<form class="filters" method="get" action="${path}#fleet">
    <p class="field">
      <label for="f-text">Name or host contains</label
      ><input
        id="f-text"
        name="text"
        type="search"
        value="${filter.text}"
        maxlength="80"
        autocomplete="off"
      />
    </p>
    <p class="field">
      <label for="f-state">State</label
      ><select id="f-state" name="state">
        ${options.map(
          ([value = "", word = ""]) =>
            html`<option value="${value}" ${value === filter.state ? html`selected` : NOTHING}>
              ${word}
            </option>`,
        )}
      </select>
    </p>
    <p class="field"><button class="button" type="submit">Filter</button></p>
    ${
      asked
        ? html`<p class="field muted">
            ${printCount(matching)} of ${count(all, "deployment")}. <a href="${path}#fleet">Show all</a>
          </p>`
        : NOTHING
    }
  </form>`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function nothingFound({ state, text }: Filter, path: string): Html {
  const what = [
    ...(text === "" ? [] : [html`a name or host with <b><bdi>${printName(text)}</bdi></b>`]),
    ...(state === "" ? [] : [html`the state <b>${printName(state)}</b>`]),
  ];
  return html`<p class="panel empty">
    No deployment has ${what.map((one, index) => html`${index === 0 ? "" : " and "}${one}`)}.
    <a href="${path}#fleet">Show all</a>
  </p>`;
}

function pager({ filter, pages }: FleetView, path: string): Html {
  if (pages === 1) return NOTHING;
  const to = (page: number) => {
    const query = new URLSearchParams({
      ...(filter.text !== "" && { text: filter.text }),
      ...(filter.state !== "" && { state: filter.state }),
      page: String(page),
    });
    return `${path}?${query.toString()}#fleet`;
  };
  const { page } = filter;
  return html`<nav class="pages" aria-label="Pages of the table">
    ${page > 1 ? html`<a class="button" rel="prev" href="${to(page - 1)}">Previous ${LINES_A_PAGE}</a>` : NOTHING}
    <span class="muted">Page ${page} of ${pages}</span>
    ${page < pages ? html`<a class="button" rel="next" href="${to(page + 1)}">Next ${LINES_A_PAGE}</a>` : NOTHING}
  </nav>`;
}
