import { isLoopbackHost } from "./api-base.ts";

const PRIVATE_ADDRESS =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[f[cd])/;

/** Names that no public service has: of one label, or under a domain that is not of the internet. */
const PRIVATE_NAME =
  /^[^.]+$|\.(?:local|localdomain|internal|intranet|lan|home|corp|private|svc|home\.arpa|ts\.net)$/;

/** Is the host of this URL one that only one's own network knows? Then it is no service of others, whatever the provider. */
export function isOwnHost(apiBase: string): boolean {
  const hostname = URL.parse(apiBase)?.hostname ?? "";
  if (hostname === "") return false;
  return isLoopbackHost(hostname) || PRIVATE_ADDRESS.test(hostname) || PRIVATE_NAME.test(hostname);
}
