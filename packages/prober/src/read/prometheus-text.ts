/** One line of a metric. */
export interface Sample {
  /** What stands between the braces, or "". */
  readonly labels: string;
  readonly value: number;
}

/** All samples of one metric in Prometheus's text format. Looks for the name alone: such a page has a thousand lines. */
export function samplesOf(page: string, name: string): Sample[] {
  const samples: Sample[] = [];
  for (let at = findLine(page, name, 0); at !== -1; at = findLine(page, name, at + 1)) {
    const after = at + name.length;
    const end = page.indexOf("\n", after);
    const rest = page.slice(after, end === -1 ? undefined : end);
    const sample = readRest(rest);
    if (sample !== null) samples.push(sample);
  }
  return samples;
}

export function sumOf(page: string, name: string): number | null {
  const samples = samplesOf(page, name);
  return samples.length === 0 ? null : samples.reduce((sum, { value }) => sum + value, 0);
}

export function largestOf(page: string, name: string): number | null {
  const samples = samplesOf(page, name);
  return samples.length === 0 ? null : samples.reduce((most, { value }) => Math.max(most, value), 0);
}

function findLine(page: string, name: string, from: number): number {
  let at = page.indexOf(name, from);
  while (at > 0 && page[at - 1] !== "\n") at = page.indexOf(name, at + 1);
  return at;
}

/** `{labels} value [timestamp]`. A longer name that only begins alike is none. */
function readRest(rest: string): Sample | null {
  if (rest[0] !== "{" && rest[0] !== " ") return null;
  const close = rest[0] === "{" ? endOfLabels(rest) : 0;
  if (close === -1) return null;
  const [text = ""] = rest
    .slice(close + 1)
    .trim()
    .split(" ");
  const value = Number(text);
  return text === "" || !Number.isFinite(value) ? null : { labels: rest.slice(1, Math.max(1, close)), value };
}

/** A label's value may hold braces and escaped quotes, and an exemplar behind the sample has braces of its own. */
function endOfLabels(rest: string): number {
  let quoted = false;
  for (let at = 1; at < rest.length; at += 1) {
    if (quoted && rest[at] === "\\") at += 1;
    else if (rest[at] === '"') quoted = !quoted;
    else if (rest[at] === "}" && !quoted) return at;
  }
  return -1;
}
