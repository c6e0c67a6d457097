/** A header's value with its parameters: `form-data; name="model"`. */
export interface HeaderValue {
  /** In lower case. */
  readonly value: string;
  /** By their names in lower case; quotes and escapes are gone. */
  readonly parameters: ReadonlyMap<string, string>;
}

const VALUE = /[ \t]*([^\s;,"]+)[ \t]*/y;
const PARAMETER = /;[ \t]*([\w!#$%&'*+\-.^`|~]+)=(?:"((?:[^"\\]|\\[^])*)"|([^\s;,"]+))[ \t]*/y;

/** Null for anything that two readers might take for two things: a parameter twice, a quote that does not end. */
export function parseHeaderValue(text: string): HeaderValue | null {
  VALUE.lastIndex = 0;
  const value = VALUE.exec(text)?.[1];
  if (value === undefined) return null;
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = VALUE.lastIndex;
  while (PARAMETER.lastIndex < text.length) {
    const found = PARAMETER.exec(text);
    if (found === null) return null;
    const [, name = "", quoted, token = ""] = found;
    const key = name.toLowerCase();
    if (parameters.has(key)) return null;
    parameters.set(key, quoted === undefined ? token : quoted.replaceAll(/\\([^])/g, "$1"));
  }
  return { value: value.toLowerCase(), parameters };
}
