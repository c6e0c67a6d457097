import type { UnsetVariable } from "./environment.ts";
import {
  DEPLOYMENT_KEYS,
  GENERAL_SETTINGS_KEYS,
  LITELLM_SETTINGS_KEYS,
  MODEL_INFO_KEYS,
  PARAM_KEYS,
  ROOT_KEYS,
  ROUTER_SETTINGS_KEYS,
} from "./known-keys.ts";
import { error, leavesOut, warning, type Complaint, type Path } from "./problem.ts";

export interface UnsetVariables {
  readonly complaints: readonly Complaint[];
  /** Index in `model_list` → why the entry cannot be served. */
  readonly leftOut: ReadonlyMap<number, string>;
}

/** What variables that are not set come to: nothing where nobody reads the setting, one entry where it is an entry's. */
export function readUnsetVariables(unset: readonly UnsetVariable[]): UnsetVariables {
  const complaints: Complaint[] = [];
  const leftOut = new Map<number, string>();
  for (const { path, name } of unset) {
    const why = `environment variable ${name} is not set`;
    const [section, index] = path;
    if (!isRead(path)) continue;
    if (section === "model_list" && typeof index === "number") {
      leftOut.set(index, why);
      complaints.push(leavesOut(path, `${why}: the entry is left out until it is`));
    } else if (section === "environment_variables") complaints.push(warning(path, `${why}: it is left out`));
    else complaints.push(error(path, `${why}: set it, or write the value itself`));
  }
  return { complaints, leftOut };
}

const SECTIONS: Readonly<Record<string, { readonly used: readonly string[] }>> = {
  litellm_settings: LITELLM_SETTINGS_KEYS,
  router_settings: ROUTER_SETTINGS_KEYS,
  general_settings: GENERAL_SETTINGS_KEYS,
};

/** Does anything here go by what stands there? */
function isRead([section, ...rest]: Path): boolean {
  // What stands in credentials was put into the entries that name them.
  if (!ROOT_KEYS.used.includes(String(section)) || section === "credential_list") return false;
  if (section === "model_list") return isReadInEntry(rest.slice(1));
  if (section === "router_settings" && rest[0] === "default_litellm_params" && rest.length > 1)
    return PARAM_KEYS.used.includes(String(rest[1]));
  const keys = SECTIONS[String(section)];
  return keys === undefined || keys.used.includes(String(rest[0]));
}

function isReadInEntry([key, inner]: Path): boolean {
  if (key === "litellm_params") return PARAM_KEYS.used.includes(String(inner));
  if (key === "model_info") return MODEL_INFO_KEYS.used.includes(String(inner));
  return DEPLOYMENT_KEYS.used.includes(String(key));
}
