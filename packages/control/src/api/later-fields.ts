import type { Body } from "./body.ts";
import { badRequest, type Refusal } from "./refusal.ts";

/** LiteLLM's fields that would have no effect here, by what they are about. Kept silently they would be believed in. */
const LATER: Readonly<Record<string, readonly string[]>> = {
  budgets: [
    "max_budget",
    "soft_budget",
    "budget_duration",
    "budget_limits",
    "budget_id",
    "model_max_budget",
    "temp_budget_increase",
    "temp_budget_expiry",
    "team_member_budget",
    "team_member_budget_duration",
    "max_budget_in_team",
    "spend",
  ],
  "token limits": [
    "tpm_limit",
    "model_tpm_limit",
    "tpm_limit_type",
    "rpm_limit_type",
    "team_member_tpm_limit",
  ],
  "automatic rotation": ["auto_rotate", "rotation_interval"],
  "lifetimes of members' keys": ["team_member_key_duration"],
  "these restrictions": [
    "guardrails",
    "policies",
    "prompts",
    "enforced_params",
    "object_permission",
    "permissions",
    "allowed_cache_controls",
    "allowed_passthrough_routes",
    "allowed_vector_store_indexes",
    "allowed_ips",
  ],
};

const ABOUT: ReadonlyMap<string, string> = new Map(
  Object.entries(LATER).flatMap(([about, fields]) => fields.map((field) => [field, about] as const)),
);

/** Refuses what is not enforced yet. Clients send such fields empty too: that asks for nothing. */
export function refuseLater(body: Body): Refusal | null {
  for (const [field, value] of Object.entries(body)) {
    const about = ABOUT.get(field);
    if (about === undefined || asksForNothing(value)) continue;
    return badRequest(
      `${field}: ${about} are not supported yet, and nothing was stored; leave it out`,
      field,
    );
  }
  return null;
}

export function isLater(field: string): boolean {
  return ABOUT.has(field);
}

/** As answers print them: LiteLLM's clients look for them. */
export const LATER_VALUES = {
  spend: 0,
  max_budget: null,
  soft_budget: null,
  budget_duration: null,
  budget_reset_at: null,
  budget_limits: null,
  tpm_limit: null,
  model_tpm_limit: {},
  model_max_budget: {},
  litellm_budget_table: null,
} as const;

function asksForNothing(value: unknown): boolean {
  if (value === null || value === false || value === 0 || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
