/** Two lines of a page, between which a command writes. */
export interface Markers {
  readonly begin: string;
  readonly end: string;
}

/** Puts the text between the markers. Without them it becomes the whole page. */
export function replaceBetweenMarkers(page: string, { begin, end }: Markers, text: string): string {
  const marked = `${begin}\n\n${text}\n\n${end}`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) return `${marked}\n`;
  return page.slice(0, from) + marked + page.slice(to + end.length);
}
