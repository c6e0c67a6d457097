import { expect, test } from "vitest";
import { PUBLISHED_CONFIGS } from "../../test/published-configs.ts";
import { reportText } from "../../test/report-text.ts";
import { parseConfig } from "./parse.ts";

test.each(PUBLISHED_CONFIGS.map((one) => [one.about, one] as const))(
  "%s has its report",
  (_about, { text, env = {}, report }) => {
    expect(reportText(text, env)).toEqual(report);
  },
);

test("none of those with a server of one's own is refused, but for what would be guessed at", () => {
  const refused = PUBLISHED_CONFIGS.filter(({ report }) => report[0] === "refused");
  expect(PUBLISHED_CONFIGS.length).toBeGreaterThanOrEqual(60);
  expect(refused.map(({ about }) => about)).toEqual([
    "a master key that is yes",
    "a fallback mistyped",
    "${MASTER_KEY} as the master key",
    "two documents",
    "model_lst",
    "the same key twice",
    "hosted services alone",
    "an empty model_list",
    "Rollcall's own settings, one mistyped",
  ]);
});

test("a thousand mistakes among ten thousand entries are told once each, and the others are served", () => {
  const entry = (index: number) =>
    `  - {model_name: m${index}, litellm_params: {model: openai/m${index}, api_base: "http://gpu-${index % 500}:8000/v1"${index % 10 === 3 ? `, timeout: soon${index}` : ""}}}\n`;
  const text = `model_list:\n${Array.from({ length: 10_000 }, (_, index) => entry(index)).join("")}`;
  const { config, problems } = parseConfig({ main: { file: "config.yaml", text }, included: [] }, {});
  expect(problems.map(({ at, meaning }) => [at.line, meaning])).toEqual(
    Array.from({ length: 1_000 }, (_, index) => [index * 10 + 5, "left_out"]),
  );
  expect(config?.deployments).toHaveLength(9_000);
});
