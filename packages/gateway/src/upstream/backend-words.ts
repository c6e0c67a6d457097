/** Under which name the model was asked for here and there. */
export interface Names {
  readonly alias: string;
  readonly upstream: string;
}

/** A backend's explanation of the app's mistake may list many fields; of its own fault less is worth telling. */
const LONGEST_EXPLANATION = 8_000;
const LONGEST_TEXT = 1_000;

const ADDRESSES =
  /\b[a-z][a-z\d+.-]*:\/\/[^\s'"<>),]+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|\[[\da-f]*(?::[\da-f]*){2,}\](?::\d+)?|\b(?:localhost|[\w-]+(?:\.[\w-]+)+)(?::\d+)\b/gi;

/** What a backend says of the request, for the app. */
export function explanation(message: string, names: Names): string {
  return hideName(message.slice(0, LONGEST_EXPLANATION), names);
}

/** What a backend says of itself, for the app: without addresses. Null where it says nothing that a person could read. */
export function ownWords(text: string, names: Names): string | null {
  const isMarkup = /^\s*</.test(text);
  if (isMarkup || text.trim() === "") return null;
  return hideName(text.slice(0, LONGEST_TEXT).replaceAll(ADDRESSES, "[address]"), names).trim();
}

/** The text of an answer that is no JSON. */
export function plainText(status: number, text: string, names: Names): string {
  return ownWords(text, names) ?? `The model's server refused the request (${status}).`;
}

export function hideName(message: string, { alias, upstream }: Names): string {
  if (alias === upstream) return message;
  const literal = upstream.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  // As a word of its own: a model called "up" must not change "support". By a function, since a `$` in the alias would
  // mean something in a text.
  return message.replaceAll(new RegExp(`(?<![\\w-])${literal}(?![\\w-])`, "g"), () => alias);
}

/** Two replicas word the same refusal alike but for ids, times and counts. */
export function fingerprint(text: string): string {
  const words = text.slice(0, LONGEST_TEXT).split(/\s+/);
  return words.map((word) => (/\d/.test(word) ? "#" : word)).join(" ");
}
