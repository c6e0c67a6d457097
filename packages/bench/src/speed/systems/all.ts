import { DIRECT } from "./direct.ts";
import { HAPROXY } from "./haproxy.ts";
import { LITELLM } from "./litellm.ts";
import { NGINX } from "./nginx.ts";
import { PORTKEY } from "./portkey.ts";
import { ROLLCALL, ROLLCALL_2, ROLLCALL_BEFORE } from "./rollcall.ts";
import { SGLANG_ROUTER, VLLM_ROUTER } from "./rust-router.ts";
import type { System } from "./system.ts";

/** In the order of the tables' rows. */
export const SYSTEMS: readonly System[] = [
  DIRECT,
  NGINX,
  HAPROXY,
  ROLLCALL,
  ROLLCALL_BEFORE,
  ROLLCALL_2,
  VLLM_ROUTER,
  SGLANG_ROUTER,
  PORTKEY,
  LITELLM,
];
