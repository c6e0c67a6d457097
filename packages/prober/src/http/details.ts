import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopbackHost } from "@rollcall/contract";
import type { ProberHttp } from "./context.ts";

/**
 * Hosts and served names are for operators: on loopback anybody may read them, bound wider they need the master key.
 * Null allows; a text refuses.
 */
export function mayReadDetails(authorization: string | undefined, http: ProberHttp): string | null {
  if (reachesOnlyThisMachine(http.host)) return null;
  const { config, secrets } = http.settings.get();
  const key = secrets.value(config.masterKey);
  if (key === null)
    return "details are refused on this address: set general_settings.master_key and send it as a Bearer token";
  const sent = authorization?.replace(/^Bearer\s+/i, "") ?? "";
  return timingSafeEqual(sha256(sent), sha256(key)) ? null : "details need the master key as a Bearer token";
}

/** As a target these mean this machine; listened on, they mean every address that it has. */
const EVERY_ADDRESS = new Set(["0.0.0.0", "::"]);

function reachesOnlyThisMachine(host: string): boolean {
  return !EVERY_ADDRESS.has(host) && isLoopbackHost(host.includes(":") ? `[${host}]` : host);
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
