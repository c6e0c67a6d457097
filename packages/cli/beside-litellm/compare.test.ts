import { startSimulator, type Simulator } from "@rollcall/simulator";
import { noteFigure, noteVersion } from "@rollcall/testkit";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Difference } from "../src/compare/differences.ts";
import { LISTED_DIFFERENCES, listedFor, listedRow } from "../src/compare/listed-differences.ts";
import { rollcall, temporary, up, whenReady, type RunningPair } from "../test/harness.ts";
import { litellmVersion, startLitellm, type RunningLitellm } from "./litellm.ts";
import { rowsOfThePage } from "../test/migration-page.ts";

const absent = inject("absent");
const KEY = "sk-compare-5f2c";
const ENV = { BACKEND_01_KEY: "key-01", BACKEND_02_KEY: "key-02", LITELLM_MASTER_KEY: KEY };

/** One alias of every mode that is asked, and one that is not. */
function configOf([first, second]: readonly Simulator[], compat: string): string {
  const entry = (name: string, params: string, mode = "chat") =>
    `  - {model_name: ${name}, litellm_params: {${params}}, model_info: {mode: ${mode}}}\n`;
  const on = (model: string, backend: Simulator | undefined, key: string) =>
    `model: ${model}, api_base: "${backend?.url}/v1", api_key: os.environ/${key}`;
  const one = (provider: string) => on(`${provider}/gpt-oss-120b`, first, "BACKEND_01_KEY");
  return `model_list:
${entry("default", one("openai"))}${entry("coder", on("hosted_vllm/qwen3-coder-30b", second, "BACKEND_02_KEY"))}\
${entry("completer", one("text-completion-openai"), "completion")}${entry("embedder", one("openai"), "embedding")}\
${entry("reranker", one("hosted_vllm"), "rerank")}${entry("ears", one("openai"), "audio_transcription")}\
litellm_settings: {drop_params: true, num_retries: 2}
general_settings: {master_key: os.environ/LITELLM_MASTER_KEY}
rollcall: {compat: ${compat}}
`;
}

let backends: Simulator[] = [];
let files: ReturnType<typeof temporary>;
let litellm: RunningLitellm | undefined;
let pairs: Readonly<Record<"none" | "litellm", RunningPair>>;
let version = "";

beforeAll(async () => {
  if (absent !== "") return;
  backends = [
    await startSimulator({
      servedNames: ["gpt-oss-120b"],
      apiKeys: ["key-01"],
      tasks: ["generate", "embed", "score", "transcription"],
    }),
    await startSimulator({ servedNames: ["qwen3-coder-30b"], apiKeys: ["key-02"] }),
  ];
  files = temporary({
    "none.yaml": configOf(backends, "none"),
    "litellm.yaml": configOf(backends, "litellm"),
  });
  version = await litellmVersion();
  // What stands under `rollcall:` is no hindrance to it.
  litellm = await startLitellm(files.path("litellm.yaml"), { ...ENV, HOME: files.path("") });
  pairs = {
    none: await up(files.path("none.yaml"), { env: ENV }),
    litellm: await up(files.path("litellm.yaml"), { env: ENV }),
  };
  for (const pair of Object.values(pairs)) await whenReady(pair);
});

afterAll(async () => {
  await litellm?.stop();
  if (absent !== "") return;
  for (const { command } of Object.values(pairs ?? {})) await command.stop();
  for (const backend of backends) await backend.close();
  files.remove();
});

function compare(compat: "none" | "litellm", ...more: readonly string[]) {
  const config = files.path(`${compat}.yaml`);
  const urls = ["--litellm", litellm?.url ?? "", "--rollcall", pairs[compat].gateway];
  return rollcall(["compare", ...urls, "--config", config, ...more], { env: ENV });
}

test("what is printed is the table of the page: no row more, and none less", async ({ skip, task }) => {
  if (absent !== "") skip(absent);
  noteVersion(task, ["PyPI litellm", version]);
  const { code, out, err } = await compare("none");
  expect([code, err]).toEqual([0, ""]);
  const [, table = ""] = /Differs as the page of the move lists it\n[^\n]*\n([\s\S]*?)\n\n/.exec(out) ?? [];
  const printed = table.split("\n").map((line) => line.split(/ {2,}/));
  expect(printed).toEqual(rowsOfThePage().map((row) => row.slice(0, 5)));
  expect(out).toContain(
    "ears was not asked: no request is harmless and small for the mode audio_transcription",
  );
  for (const secret of [KEY, "key-01", "key-02", "gpt-oss-120b", "qwen3-coder-30b"])
    expect(out).not.toContain(secret);
});

test("every difference by itself is listed, too", async ({ skip, task }) => {
  if (absent !== "") skip(absent);
  const { code, out } = await compare("none", "--json");
  const { requests, differences } = JSON.parse(out) as {
    requests: number;
    differences: (Difference & { why: string | null })[];
  };
  expect(code).toBe(0);
  expect(differences.filter(({ why }) => why === null)).toEqual([]);
  noteFigure(task, [
    `\`rollcall compare\` beside LiteLLM ${version}`,
    `${requests} requests to each, ${differences.length} differences, all of them in the ${LISTED_DIFFERENCES.length} rows of [the page](migration.md#what-differs)`,
  ]);
});

test("the switch takes away what the page says that it does, and nothing else", async ({ skip }) => {
  if (absent !== "") skip(absent);
  const { differences } = JSON.parse((await compare("litellm", "--json")).out) as {
    differences: Difference[];
  };
  expect(differences.filter((one) => listedFor(one) === undefined)).toEqual([]);
  const met = new Set(differences.map((one) => listedFor(one)));
  const stay = LISTED_DIFFERENCES.filter((one) => met.has(one)).map(listedRow);
  expect(stay).toEqual(LISTED_DIFFERENCES.filter(({ compat }) => compat === "stays").map(listedRow));
});
