/** How far a server's clock is ahead of ours in milliseconds, by its `date` header; null where it sends none that can be read. */
export function clockSkew(date: string | undefined, now: number): number | null {
  // oxlint-disable-next-line no-restricted-globals -- reads a text and asks no clock
  const at = Date.parse(date ?? "");
  return Number.isNaN(at) ? null : at - now;
}
