import { CALLBACK_KEYS, type CallbackKey } from "./callback-keys.ts";
import type { WrittenConfig } from "./written.ts";

/** The callbacks that a config names, in its order; one may stand without a list. */
export function callbacksIn(
  { litellm_settings: settings }: WrittenConfig,
  keys: readonly CallbackKey[] = CALLBACK_KEYS,
): ReadonlySet<string> {
  const names = keys.flatMap((key) => [settings?.[key] ?? []].flat());
  return new Set(names.filter((name) => typeof name === "string"));
}
