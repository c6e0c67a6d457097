import { describe, expect, test } from "vitest";
import { configOf, ONE, problemsOf } from "../../test/configs.ts";
import { DEFAULT_BREAKER, NEVER_OPENS } from "./breaker-policy.ts";

const breakerOf = (text: string) => configOf(text).deployments[0]?.breaker;

/** What the policy says beside its defaults. */
const limits = (timeout: number, bad_gateway: number, server_error: number) => ({
  allowedFaults: { timeout, bad_gateway, server_error, refused: NEVER_OPENS },
  windowMs: 60_000,
});
const { allowedFaults } = DEFAULT_BREAKER;
const openFor = (ms: number) => ({
  allowedFaults: { ...allowedFaults, refused: NEVER_OPENS },
  firstOpenMs: ms,
  lastOpenMs: ms,
});

describe("the breaker of an entry", () => {
  test.each<[string, string, object | null]>([
    ["is the default's where nothing is said", "", DEFAULT_BREAKER],
    ["allowed_fails", "router_settings: {allowed_fails: 2}", limits(2, 2, 2)],
    ["allowed_fails of 0: the first fault opens", "router_settings: {allowed_fails: 0}", limits(0, 0, 0)],
    ["allowed_fails of litellm_settings", "litellm_settings: {allowed_fails: 7}", limits(7, 7, 7)],
    [
      "router_settings before litellm_settings",
      "litellm_settings: {allowed_fails: 7, cooldown_time: 9}\nrouter_settings: {allowed_fails: 1, cooldown_time: 3}",
      { ...openFor(3_000), ...limits(1, 1, 1) },
    ],
    ["cooldown_time", "router_settings: {cooldown_time: 45}", openFor(45_000)],
    ["cooldown_time of 0 is none, as in LiteLLM", "router_settings: {cooldown_time: 0}", DEFAULT_BREAKER],
    ["cooldown_time of litellm_settings", "litellm_settings: {cooldown_time: 2.5}", openFor(2_500)],
    [
      "allowed_fails_policy by kind, allowed_fails for the rest",
      "router_settings: {allowed_fails: 9, allowed_fails_policy: {TimeoutErrorAllowedFails: 0, InternalServerErrorAllowedFails: 20}}",
      limits(0, 9, 20),
    ],
    [
      "allowed_fails_policy alone: the default for the rest",
      "router_settings: {allowed_fails_policy: {BadGatewayErrorAllowedFails: 1}}",
      limits(4, 1, 4),
    ],
    ["disable_cooldowns", "router_settings: {disable_cooldowns: true, allowed_fails: 0}", null],
    ["disable_cooldowns that is false", "router_settings: {disable_cooldowns: false}", DEFAULT_BREAKER],
  ])("%s", (_case, settings, policy) => {
    const found = breakerOf(`${ONE}${settings}\n`);
    if (policy === null) expect(found).toBeNull();
    else expect(found).toMatchObject({ ...DEFAULT_BREAKER, ...policy });
  });

  test("goes by its own settings before those for all", () => {
    const all = "router_settings: {allowed_fails: 9, cooldown_time: 9}\n";
    expect(breakerOf(`${ONE}      cooldown_time: 2\n${all}`)).toMatchObject({
      ...openFor(2_000),
      ...limits(9, 9, 9),
    });
    const own = "{allowed_fails: 1, allowed_fails_policy: {TimeoutErrorAllowedFails: 3}}";
    expect(breakerOf(`${ONE}    model_info: ${own}\n${all}`)).toMatchObject(limits(3, 1, 1));
  });
});

test("what LiteLLM would cool down for and is done otherwise here is told, kind by kind", () => {
  const policy = (keys: string) => `${ONE}router_settings: {allowed_fails_policy: {${keys}: 1}}\n`;
  const said = (key: string) => problemsOf(policy(key)).map((line) => line.replace(/^.*AllowedFails?: /, ""));
  expect(said("TimeoutErrorAllowedFails")).toEqual([]);
  expect(said("InternalServerErrorAllowedFails")).toEqual([]);
  expect(said("BadGatewayErrorAllowedFails")).toEqual([]);
  for (const key of ["BadRequestErrorAllowedFails", "ContentPolicyViolationErrorAllowedFails"])
    expect(said(key)).toEqual([
      "has no effect here: what is wrong with a request is never held against a deployment",
    ]);
  for (const key of ["AuthenticationErrorAllowedFails", "NotFoundErrorAllowedFails"])
    expect(said(key).join()).toContain(
      "differs from LiteLLM: one request makes the deployment the second choice",
    );
  for (const key of ["RateLimitErrorAllowedFails", "ServiceUnavailableErrorAllowedFails"])
    expect(said(key).join()).toContain("differs from LiteLLM: a deployment that says so is left alone");
  expect(said("TimeoutErrorAllowedFail")).toEqual([
    'unknown key, no effect: did you mean "TimeoutErrorAllowedFails"?',
  ]);
  expect(
    problemsOf(`${ONE}    model_info: {allowed_fails_policy: {RateLimitErrorAllowedFails: 1}}\n`),
  ).toEqual([
    expect.stringContaining(
      "model_list[0].model_info.allowed_fails_policy.RateLimitErrorAllowedFails: differs",
    ),
  ]);
});

test.each([
  ["router_settings: {allowed_fails: -1}", "router_settings.allowed_fails"],
  ["router_settings: {allowed_fails: many}", "router_settings.allowed_fails"],
  ["router_settings: {cooldown_time: -1}", "router_settings.cooldown_time"],
  ["router_settings: {disable_cooldowns: perhaps}", "router_settings.disable_cooldowns"],
  ["router_settings: {allowed_fails_policy: 3}", "router_settings.allowed_fails_policy"],
])("%s is refused", (settings, path) => {
  expect(problemsOf(`${ONE}${settings}\n`)).toEqual([expect.stringContaining(`error: ${path}`)]);
});
