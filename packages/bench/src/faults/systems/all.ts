import { CADDY } from "./caddy.ts";
import { HAPROXY } from "./haproxy.ts";
import { NGINX } from "./nginx.ts";
import { LITELLM } from "./litellm.ts";
import { PORTKEY } from "./portkey.ts";
import { ROLLCALL } from "./rollcall.ts";
import type { SystemKind } from "./system.ts";

/** Every column of the wall, from left to right. */
export const SYSTEMS: readonly SystemKind[] = [ROLLCALL, NGINX, HAPROXY, CADDY, PORTKEY, LITELLM];
