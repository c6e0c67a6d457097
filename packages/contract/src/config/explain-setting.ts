import { DIFFERENCES } from "./differences.ts";
import { PLACES, settingName } from "./places.ts";
import { PLACED_SETTINGS } from "./rollcall-section.ts";
import { didYouMean } from "./suggest.ts";
import { WITHOUT_EFFECT } from "./without-effect.ts";

export interface SettingExplanation {
  /** `litellm_params.timeout` */
  readonly setting: string;
  readonly effect: "honoured" | "differs" | "unsupported";
  readonly text: string;
}

/** What a setting means here, at every place where it may stand; `key` with or without the place. Empty: nobody knows it. */
export function explainSetting(key: string): readonly SettingExplanation[] {
  return ALL.filter(({ setting }) => setting === key || setting.endsWith(`.${key}`));
}

/** `: did you mean "api_base"?`, or nothing. */
export function nearestSetting(key: string): string {
  const names = ALL.flatMap(({ setting }) => [setting, setting.slice(setting.lastIndexOf(".") + 1)]);
  return didYouMean(key, [...new Set(names)]);
}

function withoutEffect(key: string): string {
  const says = WITHOUT_EFFECT.get(key);
  return says === undefined ? "A setting of LiteLLM's that has no effect here." : `It ${says}.`;
}

const ALL: readonly SettingExplanation[] = [
  ...PLACES.flatMap((place) => [
    ...place.keys.used.map((key): SettingExplanation => {
      const setting = settingName(place, key);
      const note = DIFFERENCES.get(setting);
      const { description = "" } = place.properties[key] ?? {};
      return note === undefined
        ? { setting, effect: "honoured", text: description }
        : { setting, effect: "differs", text: note };
    }),
    ...place.keys.known.map((key): SettingExplanation => {
      const setting = settingName(place, key);
      const note = DIFFERENCES.get(setting);
      return note === undefined
        ? { setting, effect: "unsupported", text: withoutEffect(key) }
        : { setting, effect: "differs", text: note };
    }),
  ]),
  ...PLACED_SETTINGS.map(({ path, setting }): SettingExplanation => {
    const standard =
      setting.default === null || Array.isArray(setting.default)
        ? ""
        : ` ${JSON.stringify(setting.default)} by default.`;
    const when = setting.reload === "live" ? "Takes effect on reload." : "Takes effect on restart.";
    return {
      setting: ["rollcall", ...path].join("."),
      effect: "honoured",
      text: `${setting.description}${standard} ${when}`,
    };
  }),
];
