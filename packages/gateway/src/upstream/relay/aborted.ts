const ABORT = Buffer.from('"abort"');

/** How far before the word its key may stand. */
const REACH = 24;

/**
 * Does this part of an answer say `finish_reason: "abort"`? A vLLM that is stopping ends requests so, under a 200 and
 * without an error: a failure that looks like a success.
 */
export function saysAborted(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(ABORT); at !== -1; at = bytes.indexOf(ABORT, at + ABORT.length)) {
    const before = bytes.toString("latin1", Math.max(0, at - REACH), at);
    if (/"finish_reason"\s*:\s*$/.test(before)) return true;
  }
  return false;
}

/** Is this vLLM's opening chunk, which carries a role and no text? What comes next tells whether there is an answer at all. */
export function isOpening(events: Buffer): boolean {
  // One event, and a short one: anything longer carries something.
  if (events.length > 1_024) return false;
  const text = events.toString("latin1");
  return /^data:[^\n]*"delta"\s*:\s*\{\s*"role"\s*:\s*"assistant"\s*,\s*"content"\s*:\s*""[^\n]*\n\r?\n$/.test(
    text,
  );
}
