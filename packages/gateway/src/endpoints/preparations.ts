import { ok } from "@rollcall/contract";
import type { Preparation } from "../pipeline/prepare.ts";
import { cleanMessages } from "./clean-messages.ts";
import { followResponse } from "./follow-response.ts";

const forOwnServers: Preparation = ({ body }) => ok({ edits: cleanMessages(body.bytes) });

/** By the endpoint's name. Where none stands here the body goes on as it came but for the name. */
export const PREPARATIONS: ReadonlyMap<string, Preparation> = new Map<string, Preparation>([
  ["messages", forOwnServers],
  ["messages_count_tokens", forOwnServers],
  ["responses", followResponse],
]);
