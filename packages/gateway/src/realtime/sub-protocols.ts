/** The only one that is answered: browsers refuse a connection that answers none of those they offer. */
export const SUB_PROTOCOL = "realtime";

/** How openai-node sends its key from a browser, which cannot set headers on a WebSocket. */
const KEY_PREFIX = "openai-insecure-api-key.";

/** As `sec-websocket-protocol` lists them. */
export function readSubProtocols(header: string | undefined): readonly string[] {
  return (header ?? "").split(",").flatMap((one) => one.trim() || []);
}

/** Null where none of them is a key; an empty one is none. */
export function keyIn(protocols: readonly string[]): string | null {
  const found = protocols.find((one) => one.startsWith(KEY_PREFIX));
  return found === undefined || found === KEY_PREFIX ? null : found.slice(KEY_PREFIX.length);
}
