import {
  DEPLOYMENT_KEYS,
  GENERAL_SETTINGS_KEYS,
  LITELLM_SETTINGS_KEYS,
  MODEL_INFO_KEYS,
  PARAM_KEYS,
  ROOT_KEYS,
  ROUTER_SETTINGS_KEYS,
  type KnownKeys,
} from "./known-keys.ts";
import { CONFIG_SCHEMA } from "./written.ts";

/** A part of the config in which LiteLLM's settings stand. */
export interface Place {
  /** As messages name it; empty for the root. */
  readonly name: string;
  readonly keys: KnownKeys;
  /** The schema of what is used. */
  readonly properties: Readonly<Record<string, { readonly description?: string; readonly type?: unknown }>>;
}

const { properties } = CONFIG_SCHEMA;
const entry = properties.model_list.items.properties;

export const PLACES: readonly Place[] = [
  { name: "", keys: ROOT_KEYS, properties },
  { name: "model_list[]", keys: DEPLOYMENT_KEYS, properties: entry },
  { name: "litellm_params", keys: PARAM_KEYS, properties: entry.litellm_params.properties },
  { name: "model_info", keys: MODEL_INFO_KEYS, properties: entry.model_info.properties },
  {
    name: "litellm_settings",
    keys: LITELLM_SETTINGS_KEYS,
    properties: properties.litellm_settings.properties,
  },
  { name: "router_settings", keys: ROUTER_SETTINGS_KEYS, properties: properties.router_settings.properties },
  {
    name: "general_settings",
    keys: GENERAL_SETTINGS_KEYS,
    properties: properties.general_settings.properties,
  },
];

/** `litellm_params.timeout` */
export function settingName(place: Place, key: string): string {
  return place.name === "" || place.name === "model_list[]" ? key : `${place.name}.${key}`;
}
