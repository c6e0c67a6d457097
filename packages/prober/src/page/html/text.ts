import type { Phrase } from "../view/headline.ts";
import type { NamePart } from "../view/name-difference.ts";
import { printAge, printName } from "../view/print.ts";
import { printInstant, printTime } from "./print-time.ts";
import type { Standing } from "../view/words.ts";
import { icon } from "./icons.ts";
import { html, type Html } from "./markup.ts";

export function phrase(parts: Phrase): readonly Html[] {
  return parts.map((part) => {
    if (typeof part === "string") return html`${part}`;
    return "name" in part ? html`<b><bdi>${part.name}</bdi></b>` : html`<code>${part.code}</code>`;
  });
}

/** A name as somebody else has chosen it. */
export function nameOf(name: string): Html {
  return html`<bdi>${printName(name)}</bdi>`;
}

/** A name with what another has not marked. */
export function markedName(parts: readonly NamePart[]): Html {
  const marked = parts.map(({ text, differs }) =>
    differs ? html`<mark>${printName(text)}</mark>` : html`${printName(text)}`,
  );
  return html`<bdi>${marked}</bdi>`;
}

export function timeOf(at: number, now: number): Html {
  return html`<time datetime="${printInstant(at)}">${printTime(at, now)} UTC</time>`;
}

/** `for 22 min, since 01:52:03 UTC` */
export function holding(since: number, now: number): Html {
  return html`for ${printAge(now - since)}, since ${timeOf(since, now)}`;
}

export function stateOf({ shape, word, code }: Standing): Html {
  return html`<span class="state ${shape}" data-reason="${code}">${icon(shape)}${word}</span>`;
}

export const NOT_KNOWN: Html = html`<span aria-hidden="true">–</span><span class="unseen">not known</span>`;

export function deploymentLink(id: string): Html {
  return html`<a href="/d/${encodeURIComponent(id)}"><bdi>${printName(id)}</bdi></a>`;
}

export function aliasPath(alias: string): string {
  return `/a/${encodeURIComponent(alias)}`;
}
