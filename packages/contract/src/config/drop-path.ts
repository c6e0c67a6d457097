/** Where something stands in a body: a key, the index of an element, or all elements of a list. */
export type DropStep = string | number | typeof EVERY;
export const EVERY = Symbol("every element");

/** It begins and ends with a key: elements of lists stay where they are. */
export type DropPath = readonly [string, ...DropStep[]];

/** `key`, `.key` or `[…]`, one after the other. */
const PATH = /^(?:[^.[\]]+|\[[^[\]]*\])(?:\.[^.[\]]+|\[[^[\]]*\])*$/;
const STEPS = /[^.[\]]+|\[[^[\]]*\]/g;

/** LiteLLM's paths (`dot_notation_indexing.py`): `tools[*].function.strict`, `messages[0].name`. Null: leads nowhere. */
export function parseDropPath(written: string): DropPath | null {
  if (!PATH.test(written)) return null;
  const steps = (written.match(STEPS) ?? []).map(readStep);
  const [first, ...rest] = steps;
  if (typeof first !== "string" || typeof steps.at(-1) !== "string" || steps.includes(null)) return null;
  return [first, ...(rest as DropStep[])];
}

function readStep(written: string): DropStep | null {
  if (!written.startsWith("[")) return written;
  if (written === "[*]") return EVERY;
  return /^\[\d{1,9}\]$/.test(written) ? Number(written.slice(1, -1)) : null;
}
