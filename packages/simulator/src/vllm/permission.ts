import { hex16From } from "../random.ts";
import { type Backend, seconds } from "./call.ts";

/** The same in every card. */
export const RIGHTS = {
  allow_create_engine: false,
  allow_sampling: true,
  allow_logprobs: true,
  allow_search_indices: false,
  allow_view: true,
  allow_fine_tuning: false,
  organization: "*",
  group: null,
  is_blocking: false,
} as const;

/** What cards of vLLM's family carry; the id is random and says nothing about the model. */
export function permission({ random, now }: Backend): object[] {
  return [
    {
      id: `modelperm-${hex16From(random)}`,
      object: "model_permission",
      created: seconds(now()),
      ...RIGHTS,
    },
  ];
}
