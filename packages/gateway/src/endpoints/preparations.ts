import type { Preparation } from "../pipeline/prepare.ts";
import { cleanMessages } from "./clean-messages.ts";

/** By the endpoint's name. Where none stands here the body goes on as it came but for the name. */
export const PREPARATIONS: ReadonlyMap<string, Preparation> = new Map<string, Preparation>([
  ["messages", ({ body }) => cleanMessages(body.bytes)],
  ["messages_count_tokens", ({ body }) => cleanMessages(body.bytes)],
]);
