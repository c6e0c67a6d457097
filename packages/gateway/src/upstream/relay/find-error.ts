/** Every event that is an error has this in it, and hardly any other: one search in place of four. */
const ERROR = Buffer.from('"error"');
const ERROR_LINES = ['data: {"error"', 'data: {"object":"error"', "event: error\n", "event: error\r\n"].map(
  (text) => Buffer.from(text),
);
const LF = 0x0a;
const CR = 0x0d;

/** Where the first event begins that is an error, or -1. In the text of an answer its quotes would be escaped. */
export function findError(events: Buffer): number {
  if (!events.includes(ERROR)) return -1;
  let first = -1;
  for (const line of ERROR_LINES) {
    const at = events.indexOf(line);
    const isLine = at === 0 || (at > 0 && events[at - 1] === LF);
    if (isLine && (first === -1 || at < first)) first = at;
  }
  return first === -1 ? -1 : startOfEvent(events, first);
}

/** The line at `at` may have others of its event before it, such as the event's name. */
function startOfEvent(events: Buffer, at: number): number {
  let start = at;
  while (start > 0) {
    const before = start === 1 ? 0 : events.lastIndexOf(LF, start - 2) + 1;
    const isBlank = before === start - 1 || (before === start - 2 && events[before] === CR);
    if (isBlank) return start;
    start = before;
  }
  return start;
}
