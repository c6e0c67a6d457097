const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/** How long to wait after so many failures in a row, with jitter: gateways that lost one prober do not return all at once. */
export function backOffMs(failures: number, random: () => number): number {
  const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return ms * (0.5 + random() / 2);
}
