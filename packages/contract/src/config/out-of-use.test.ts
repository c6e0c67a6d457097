import { expect, test } from "vitest";
import { configOf, problemsOf } from "../../test/configs.ts";

const config = (info: string) => `model_list:
  - {model_name: chat, litellm_params: {model: openai/m, api_base: "http://gpu-1"}}
  - {model_name: other, litellm_params: {model: openai/m, api_base: "http://gpu-2"}, model_info: ${info}}
`;
const HERE = (environment: string) => ({ LITELLM_ENVIRONMENT: environment });
const ELSEWHERE = "it is not served in this environment";

test.each<readonly [about: string, info: string, env: Record<string, string>, why: string | null]>([
  ["in the one that it lists", "{supported_environments: [production]}", HERE("production"), null],
  ["in one of several", "{supported_environments: [staging, production]}", HERE("staging"), null],
  ["in another", "{supported_environments: [production]}", HERE("development"), ELSEWHERE],
  ["in none", "{supported_environments: []}", HERE("production"), ELSEWHERE],
  ["where nobody says where it is", "{supported_environments: [production]}", {}, ELSEWHERE],
  ["where that is empty", "{supported_environments: [production]}", HERE(""), ELSEWHERE],
  ["in one that LiteLLM does not know", "{supported_environments: [test]}", HERE("test"), ELSEWHERE],
  ["with a misspelt one", "{supported_environments: [production, prod]}", HERE("production"), ELSEWHERE],
  ["anywhere, unless it lists some", "{}", {}, null],
  ["while it is blocked", "{blocked: true}", {}, "it is blocked"],
  ["while it is not", "{blocked: false}", {}, null],
  [
    "blocked in the right one",
    "{blocked: true, supported_environments: [staging]}",
    HERE("staging"),
    "it is blocked",
  ],
])("an entry %s", (...row) => {
  const [, info, env, why] = row;
  const { aliases, skipped } = configOf(config(info), { env });
  expect([...aliases.keys()]).toEqual(why === null ? ["chat", "other"] : ["chat"]);
  expect(skipped.get("other") ?? null).toBe(why);
});

test("what is out of use says so once, and where the variable is missing", () => {
  expect(problemsOf(config("{supported_environments: [production]}"))).toEqual([
    expect.stringMatching(
      /supported_environments: LITELLM_ENVIRONMENT is not set: the entry is left out until it is one of development, staging, production$/,
    ),
  ]);
  expect(problemsOf(config("{supported_environments: [staging]}"), { env: HERE("production") })).toEqual([
    expect.stringMatching(
      /supported_environments: the entry is left out: LITELLM_ENVIRONMENT is production$/,
    ),
  ]);
});

test("a file of which nothing is to be served here is no error", () => {
  const { deployments } = configOf(
    'model_list: [{model_name: a, litellm_params: {model: openai/m, api_base: "http://gpu-1"}, model_info: {blocked: true}}]\n',
  );
  expect(deployments).toEqual([]);
});
