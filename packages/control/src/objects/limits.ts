import { NO_LIMITS, type Limits, type ScopeLimits } from "@rollcall/contract";
import type { Body } from "../api/body.ts";

export const NO_SCOPE_LIMITS: ScopeLimits = { ...NO_LIMITS, models: {} };

/** Limits after a request: what it leaves out stays, null takes a limit away. */
export function limitsAfter(before: ScopeLimits, body: Body): ScopeLimits {
  return {
    rpm: valueAfter(before.rpm, body["rpm_limit"]),
    parallel: valueAfter(before.parallel, body["max_parallel_requests"]),
    models: modelsAfter(before.models, body),
  };
}

/** Of a team's members, by the names that LiteLLM has for them on the team. */
export function memberLimitsAfter(before: Limits, body: Body): Limits {
  return {
    rpm: valueAfter(before.rpm, body["team_member_rpm_limit"]),
    parallel: valueAfter(before.parallel, body["team_member_max_parallel_requests"]),
  };
}

function valueAfter(before: number | null, sent: unknown): number | null {
  return sent === undefined ? before : (sent as number | null);
}

function modelsAfter(before: ScopeLimits["models"], body: Body): ScopeLimits["models"] {
  const [rpm, parallel] = [body["model_rpm_limit"], body["model_max_parallel_requests"]];
  if (rpm === undefined && parallel === undefined) return before;
  const rpms = rpm === undefined ? pick(before, "rpm") : entries(rpm);
  const parallels = parallel === undefined ? pick(before, "parallel") : entries(parallel);
  const names = new Set([...rpms.keys(), ...parallels.keys()]);
  return Object.fromEntries(
    [...names].map((name) => [name, { rpm: rpms.get(name) ?? null, parallel: parallels.get(name) ?? null }]),
  );
}

function pick(models: ScopeLimits["models"], unit: keyof Limits): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(models).flatMap(([name, limits]) => {
      const limit = limits[unit];
      return limit === null ? [] : [[name, limit] as const];
    }),
  );
}

/** Of `{model: limit}`; null is an empty one. */
function entries(sent: unknown): ReadonlyMap<string, number> {
  const limits = Object.entries((sent ?? {}) as Readonly<Record<string, number | null>>);
  return new Map(limits.flatMap(([name, limit]) => (limit === null ? [] : [[name, limit] as const])));
}

/** As answers print them. */
export function printLimits({ rpm, parallel, models }: ScopeLimits): object {
  return {
    rpm_limit: rpm,
    max_parallel_requests: parallel,
    model_rpm_limit: Object.fromEntries(pick(models, "rpm")),
    model_max_parallel_requests: Object.fromEntries(pick(models, "parallel")),
  };
}
