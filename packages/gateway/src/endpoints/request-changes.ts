import type { RequestChanges } from "@rollcall/contract";
import type { Addition, BodyChanges } from "../body/body-changes.ts";
import { treeOf } from "../body/drop-tree.ts";
import { REQUEST_FIELDS, SAME_WISH, winsInExtraBody } from "./request-fields.ts";

const STREAM_OPTIONS = "stream_options";
const USAGE = { include_usage: true };

/** What the changes of one entry come to at one endpoint; null for nothing. */
export function compileChanges(changes: RequestChanges, endpoint: string): BodyChanges | null {
  const fields = REQUEST_FIELDS.get(endpoint);
  if (fields === undefined) return null;
  const dropped = new Set(changes.drops.filter(({ length }) => length === 1).map(([key]) => key));
  const values = new Map<string, unknown>();
  const replacements = new Map<string, Buffer>();
  for (const [key, value] of changes.extraBody) {
    if (dropped.has(key)) continue;
    values.set(key, value);
    if (winsInExtraBody(key) && key !== STREAM_OPTIONS)
      replacements.set(key, Buffer.from(JSON.stringify(value)));
  }
  for (const [param, value] of changes.params) {
    const field = fields[param];
    if (field === undefined || dropped.has(param) || dropped.has(field.key) || replacements.has(field.key))
      continue;
    const sent = field.write === undefined ? value : field.write(value);
    if (sent !== undefined) values.set(field.key, sent);
  }
  const streamUsage = changes.streamUsage && STREAM_OPTIONS in fields && !dropped.has(STREAM_OPTIONS);
  if (streamUsage) values.set(STREAM_OPTIONS, USAGE);
  const drops = treeOf(changes.drops.filter(([key]) => !replacements.has(key)));
  return values.size === 0 && drops === null
    ? null
    : {
        additions: [...values].map((one) => addition(one, replacements)),
        replacements,
        drops,
        streamUsage,
        setsStreamOptions:
          values.has(STREAM_OPTIONS) || changes.drops.some(([key]) => key === STREAM_OPTIONS),
      };
}

/** A key of the config's own that wins is no wish for which another one can stand. */
function addition([key, value]: [string, unknown], replacements: BodyChanges["replacements"]): Addition {
  const others = replacements.has(key) ? [] : (SAME_WISH.get(key) ?? []);
  return {
    key,
    value,
    unless: [key, ...others],
    text: `${JSON.stringify(key)}:${JSON.stringify(value)},`,
    forStreams: key === STREAM_OPTIONS,
  };
}

/** The same for one deployment at all endpoints, each when its first request comes. */
export class ChangesByEndpoint {
  readonly #changes: RequestChanges;
  readonly #known = new Map<string, BodyChanges | null>();

  constructor(changes: RequestChanges) {
    this.#changes = changes;
  }

  at(endpoint: string): BodyChanges | null {
    let known = this.#known.get(endpoint);
    if (known === undefined) this.#known.set(endpoint, (known = compileChanges(this.#changes, endpoint)));
    return known;
  }
}
