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
  const close = rest.lastIndexOf("}");
  if (rest[0] !== "{" && rest[0] !== " ") return null;
  if (rest[0] === "{" && close === -1) return null;
  const labels = rest[0] === "{" ? rest.slice(1, close) : "";
  const [text = ""] = rest
    .slice(rest[0] === "{" ? close + 1 : 0)
    .trim()
    .split(" ");
  const value = Number(text);
  return text === "" || !Number.isFinite(value) ? null : { labels, value };
}
