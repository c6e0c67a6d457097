import { empty } from "../vllm/answer.ts";
import type { NoRoute } from "../vllm/router.ts";

/** Rust's axum says nothing but the status where it has no route. */
export const AXUM: NoRoute = {
  notFound: () => empty(404),
  notAllowed: (_call, allow) => ({ ...empty(405), headers: { allow } }),
};
