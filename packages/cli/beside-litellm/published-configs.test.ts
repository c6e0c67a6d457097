import { noteFigure, noteVersion, Program } from "@rollcall/testkit";
import { expect, inject, test } from "vitest";
import { PUBLISHED_CONFIGS } from "../../contract/test/published-configs.ts";
import { reportText } from "../../contract/test/report-text.ts";
import { temporary } from "../test/harness.ts";
import { PYTHON } from "./install.ts";
import { litellmVersion, QUIET } from "./litellm.ts";

const absent = inject("absent");
const LOADER = new URL("load_configs.py", import.meta.url).pathname;

/** Why LiteLLM's loader does not take each of them; null where it does. */
async function loadAll(): Promise<readonly (string | null)[]> {
  const files = temporary(
    Object.fromEntries(PUBLISHED_CONFIGS.map(({ text }, index) => [`${index}.yaml`, text])),
  );
  const configs = PUBLISHED_CONFIGS.map(({ env = {} }, index) => ({
    file: files.path(`${index}.yaml`),
    env,
  }));
  const permit = { LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY: "true" };
  const program = new Program(PYTHON, [LOADER], {
    env: { ...QUIET, ...permit, HOME: files.path("") },
    input: JSON.stringify(configs),
  });
  const { code, out, err } = await program.ended;
  files.remove();
  if (code !== 0) throw new Error(`the loader ended with ${code}: ${err}`);
  return out
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { error: string | null }).error);
}

test("what LiteLLM's loader takes starts here, but for what would be guessed at", async ({ skip, task }) => {
  if (absent !== "") skip(absent);
  const version = await litellmVersion();
  noteVersion(task, ["PyPI litellm", version]);
  const errors = await loadAll();
  const configs = PUBLISHED_CONFIGS.map(({ about, text, env = {} }, index) => ({
    about,
    here: reportText(text, env)[0] !== "refused",
    there: errors[index] === null,
  }));
  expect(errors).toHaveLength(configs.length);
  const of = (found: readonly unknown[]) => `${found.length} of ${configs.length}`;
  const here = configs.filter((one) => one.here);
  noteFigure(task, ["configs in published style that start here", of(here)]);
  const there = configs.filter((one) => one.there);
  noteFigure(task, [`configs in published style that the loader of LiteLLM ${version} takes`, of(there)]);
  expect(there.filter((one) => !one.here).map(({ about }) => about)).toEqual([
    "a fallback mistyped",
    "${MASTER_KEY} as the master key",
    "model_lst",
    "the same key twice",
    "hosted services alone",
    "an empty model_list",
    "Rollcall's own settings, one mistyped",
  ]);
  expect(here.length).toBeGreaterThanOrEqual(there.length);
});
