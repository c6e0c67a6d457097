import {
  ALLOWED_FAILS_KEYS,
  COUNTED_ERRORS,
  DEFAULT_BREAKER,
  DEFAULT_FAULTS,
  OTHER_ERRORS,
  NEVER_OPENS,
  type BreakerPolicy,
} from "./breaker-policy.ts";
import { differs, warning, type Complaint } from "./problem.ts";
import { didYouMean } from "./suggest.ts";
import type { WrittenAllowedFails, WrittenConfig, WrittenDeployment } from "./written.ts";

/** LiteLLM counts by the minute. */
const LITELLM_WINDOW_MS = 60_000;

/** The breaker of one entry; null where it has none. An entry's own words count before those for all. */
export function readBreaker(written: WrittenConfig, entry: WrittenDeployment): BreakerPolicy | null {
  const { router_settings: router, litellm_settings: settings } = written;
  if (router?.disable_cooldowns === true) return null;
  const { model_info: own, litellm_params: params } = entry;
  const allowed = own?.allowed_fails ?? router?.allowed_fails ?? settings?.allowed_fails;
  const policy = own?.allowed_fails_policy ?? router?.allowed_fails_policy;
  const seconds = params.cooldown_time ?? router?.cooldown_time ?? settings?.cooldown_time;
  // LiteLLM takes 0 for "not set".
  const openMs = seconds === undefined || seconds === 0 ? null : seconds * 1_000;
  if (allowed === undefined && policy === undefined && openMs === null) return DEFAULT_BREAKER;
  const isCounted = allowed !== undefined || policy !== undefined;
  return {
    allowedFaults: readAllowed(allowed ?? DEFAULT_FAULTS, policy ?? {}),
    windowMs: isCounted ? LITELLM_WINDOW_MS : DEFAULT_BREAKER.windowMs,
    firstOpenMs: openMs ?? DEFAULT_BREAKER.firstOpenMs,
    lastOpenMs: openMs ?? DEFAULT_BREAKER.lastOpenMs,
  };
}

function readAllowed(allowed: number, policy: WrittenAllowedFails): BreakerPolicy["allowedFaults"] {
  const limits = { timeout: allowed, bad_gateway: allowed, server_error: allowed };
  for (const [key, kind] of Object.entries(COUNTED_ERRORS)) limits[kind] = policy[key] ?? allowed;
  // No setting makes refusals, which a request may bring about, count for longer than until the next probe.
  return { ...limits, refused: NEVER_OPENS };
}

/** Says which kinds of errors LiteLLM would cool down for, and what is done here instead. */
export function allowedFailsDiffer(written: WrittenConfig): Complaint[] {
  const places = [
    {
      path: ["router_settings", "allowed_fails_policy"],
      policy: written.router_settings?.allowed_fails_policy,
    },
    ...written.model_list.map(({ model_info: info }, index) => ({
      path: ["model_list", index, "model_info", "allowed_fails_policy"],
      policy: info?.allowed_fails_policy,
    })),
  ];
  return places.flatMap(({ path, policy = {} }) =>
    Object.keys(policy).flatMap((key) => {
      if (Object.hasOwn(COUNTED_ERRORS, key)) return [];
      const why = OTHER_ERRORS[key] ?? `unknown key, no effect${didYouMean(key, ALLOWED_FAILS_KEYS)}`;
      return [Object.hasOwn(OTHER_ERRORS, key) ? differs([...path, key], why) : warning([...path, key], why)];
    }),
  );
}
