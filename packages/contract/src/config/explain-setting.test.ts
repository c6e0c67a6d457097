import { expect, test } from "vitest";
import { explainSetting, nearestSetting } from "./explain-setting.ts";

test.each([
  ["api_base", [["litellm_params.api_base", "honoured"]]],
  ["litellm_params.rpm", [["litellm_params.rpm", "differs"]]],
  ["database_url", [["general_settings.database_url", "unsupported"]]],
  [
    "blocked",
    [
      ["litellm_params.blocked", "unsupported"],
      ["model_info.blocked", "honoured"],
    ],
  ],
  ["rollcall.prober.interval", [["rollcall.prober.interval", "honoured"]]],
  ["no_such_key", []],
])("%s is explained at every place where it may stand", (key, found) => {
  expect(explainSetting(key).map(({ setting, effect }) => [setting, effect])).toEqual(found);
});

test("a setting of Rollcall's tells its default and when it takes effect", () => {
  expect(explainSetting("prober.interval")[0]?.text).toBe(
    'Between two probes of a ready backend. "2s" by default. Takes effect on reload.',
  );
});

test("one without an effect tells what there is instead", () => {
  expect(explainSetting("merge_reasoning_content_in_choices").map(({ text }) => text)).toEqual([
    "It has no effect here: reasoning reaches apps in the field in which the backend sends it.",
  ]);
});

test("one mistyped is answered with the one that was probably meant", () => {
  expect(nearestSetting("api_bsae")).toBe(': did you mean "api_base"?');
  expect(nearestSetting("xyzzy-nothing")).toBe("");
});
