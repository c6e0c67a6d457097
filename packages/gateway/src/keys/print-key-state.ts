import type { KeyFeed } from "./key-feed.ts";

/** The line of `/readyz?verbose` on virtual keys. `staleOkMs`: how long they are taken as last known. */
export function printKeyState(
  { freshness, keys, ageMs }: ReturnType<typeof keyStateOf>,
  staleOkMs: number,
): string {
  const age = `${Math.round(ageMs / 1_000)} s`;
  switch (freshness) {
    case "none":
      return "[-] no keys from control yet";
    case "fresh":
      return `[+] ${keys} virtual keys, heard from control ${Math.round(ageMs / 100) / 10} s ago`;
    case "stale":
      return `[!] control was not heard of for ${age}: ${keys} virtual keys are taken as last known, until ${Math.round(staleOkMs / 1_000)} s; revoked ones still work; is control running?`;
    case "expired":
      return `[!] control was not heard of for ${age}: virtual keys are refused, the master key works; is control running?`;
    default:
      return freshness satisfies never;
  }
}

export function keyStateOf(feed: KeyFeed) {
  return { freshness: feed.freshness(), keys: feed.keys?.size ?? 0, ageMs: feed.ageMs() };
}
