import type { SettingsRule } from "./settings.ts";

/** Who has served with a master key does not lose it to an edit: an API that anybody may use is never an accident. */
export const keepMasterKey: SettingsRule = (next, inForce) => {
  const hasKey = ({ config, secrets }: typeof next) => secrets.valuesOf(config.masterKeys).length > 0;
  return hasKey(inForce) && !hasKey(next)
    ? "master key removed: needs a restart and rollcall.gateway.keyless: true"
    : null;
};
