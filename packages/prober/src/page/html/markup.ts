import { html as tagged, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** HTML that is safe to send. */
export type Html = HtmlEscapedString;

export type Value = string | number | null | Html | readonly Value[];

/** Hono's `html`: what is put in is escaped. None of it is awaited here, so neither is what comes of it. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return tagged(tight(strings), ...(values as unknown[])) as Html;
}

const TIGHT = new WeakMap<TemplateStringsArray, TemplateStringsArray>();

/** Without the indentation of the source, which is half of what would be sent. */
function tight(strings: TemplateStringsArray): TemplateStringsArray {
  const known = TIGHT.get(strings);
  if (known !== undefined) return known;
  const parts = strings.map((part) => part.replaceAll(/\s*\n\s*/g, "\n"));
  const made = Object.assign(parts, { raw: parts });
  TIGHT.set(strings, made);
  return made;
}

/** HTML that was printed before. */
export function printed(text: string): Html {
  return raw(text);
}

export const NOTHING: Html = printed("");
