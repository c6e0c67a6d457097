import { ENDPOINTS } from "@rollcall/contract";
import type { KindName, Simulator, SimulatorOptions } from "@rollcall/simulator";
import { describe, expect, it } from "vitest";
import type { Entry } from "./configs.ts";
import { running, simulated, site, type Site } from "./running.ts";
import { until } from "./until.ts";

/** Those that tell the kinds apart. */
const TOLD = new Set(["chat_completions", "completions", "embeddings", "rerank"]);

function missingOf(place: Site): readonly string[] | undefined {
  return allMissingOf(place)?.filter((name) => TOLD.has(name));
}

function allMissingOf(place: Site): readonly string[] | undefined {
  return place.snapshot()?.verdicts[0]?.served?.missing;
}

/** How often a server was asked for all endpoints so far: by its list, or one by one. */
function rounds({ seen }: Simulator): number {
  const asked = seen.requests.filter(({ method }) => method === "POST").length;
  return seen.count("/openapi.json") + asked / ENDPOINTS.filter(({ probe }) => probe !== null).length;
}

interface Probed {
  readonly server: Simulator;
  readonly place: Site;
}

/** A server that a prober has asked for everything. */
async function probed(options: SimulatorOptions = {}, entry: Entry = {}): Promise<Probed> {
  const server = await simulated(options);
  const place = site([{ alias: "a", base: server.url, ...entry }]);
  await running(place);
  await until(() => rounds(server) === 1);
  return { server, place };
}

describe("what a server does not have is found", () => {
  it.each<[KindName, SimulatorOptions["tasks"], readonly string[]]>([
    ["vllm", ["generate"], ["embeddings", "rerank"]],
    ["vllm", ["embed"], ["chat_completions", "completions", "rerank"]],
    ["sglang", undefined, ["rerank"]],
    ["llamacpp", ["generate"], ["embeddings", "rerank"]],
    ["llamacpp", ["generate", "embed"], ["rerank"]],
    ["ollama", undefined, ["rerank"]],
    ["tgi", undefined, ["embeddings", "rerank"]],
    ["tei", undefined, ["chat_completions", "completions", "rerank"]],
    ["lmdeploy", undefined, ["rerank"]],
    ["tensorrt", undefined, ["rerank"]],
    ["lmstudio", undefined, ["rerank"]],
    ["localai", undefined, ["rerank"]],
  ])("of %s for %j: %j", async (kind, tasks, missing) => {
    const { server, place } = await probed({ kind, ...(tasks !== undefined && { tasks }) });
    await until(() => missingOf(place) !== undefined);
    expect(missingOf(place)).toEqual(missing);
    expect(server.control.state().state).toBe("ready");
  });

  it.each<[SimulatorOptions["tasks"], readonly string[]]>([
    [
      ["generate"],
      [
        "chat_completions",
        "completions",
        "messages",
        "messages_count_tokens",
        "responses",
        "tokenize",
        "detokenize",
      ],
    ],
    [["score"], ["rerank", "score", "pooling", "tokenize", "detokenize"]],
    [["classify"], ["classify", "pooling", "tokenize", "detokenize"]],
    [["transcription"], ["tokenize", "detokenize", "audio_transcriptions", "audio_translations"]],
    [["speech"], ["tokenize", "detokenize", "audio_speech"]],
    [["image"], ["tokenize", "detokenize", "images_generations"]],
  ])("of a vLLM for %j, which has %j", async (tasks = [], has) => {
    const { place } = await probed({ tasks });
    await until(() => allMissingOf(place) !== undefined);
    const asked = ENDPOINTS.filter(({ probe }) => probe !== null).map(({ name }) => name);
    const missing = new Set(allMissingOf(place));
    expect(asked.filter((name) => !missing.has(name))).toEqual(has);
  });

  it("and nothing is generated for it", async () => {
    const { server, place } = await probed({ tasks: ["generate", "embed"] });
    await until(() => missingOf(place) !== undefined);
    const page = await (await fetch(`${server.url}/metrics`)).text();
    for (const name of ["prompt_tokens_total", "generation_tokens_total"])
      expect(page).toMatch(new RegExp(`^vllm:${name}\\{[^}]*\\} 0(?:\\.0)?$`, "m"));
    expect(server.seen.requests.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("nor by one that is asked one by one", async () => {
    const { server, place } = await probed({ kind: "llamacpp", tasks: ["generate", "embed"] });
    await until(() => missingOf(place) !== undefined);
    const page = await (await fetch(`${server.url}/metrics`)).text();
    for (const name of ["prompt_tokens_total", "tokens_predicted_total"])
      expect(page).toMatch(new RegExp(`^llamacpp:${name} 0(?:\\.0)?$`, "m"));
  });

  it("with the key", async () => {
    const { place } = await probed(
      { kind: "llamacpp", tasks: ["generate", "embed"], apiKeys: ["sk-1"] },
      { key: "sk-1" },
    );
    await until(() => missingOf(place) !== undefined);
    expect(missingOf(place)).toEqual(["rerank"]);
  });
});

describe("it is found anew", () => {
  it("after a restart with other routes", async () => {
    const { server, place } = await probed();
    await until(() => missingOf(place)?.join() === "embeddings,rerank");
    server.control.setWithout(["/v1/completions"]);
    await server.control.load(300);
    await until(() => missingOf(place)?.join() === "completions,embeddings,rerank");
    server.control.setWithout([]);
    await server.control.restart();
    await until(() => missingOf(place)?.join() === "embeddings,rerank");
    expect(rounds(server)).toBe(3);
  });

  it("when another version answers", async () => {
    const { server, place } = await probed();
    await until(() => missingOf(place)?.join() === "embeddings,rerank");
    server.control.setWithout(["/v1/chat/completions"]);
    server.control.setVersion("9.9.9");
    await server.control.restart();
    await until(() => missingOf(place)?.length === 3);
    expect(missingOf(place)).toEqual(["chat_completions", "embeddings", "rerank"]);
  });

  it("by a prober that was restarted, which knows it from the state file until then", async () => {
    const server = await simulated();
    const place = site([{ alias: "a", base: server.url }]);
    const before = await running(place);
    await until(() => missingOf(place) !== undefined);
    await before.stop();
    server.control.fault("hang-all");
    const after = await running(place);
    const runs = () => place.snapshot()?.prober.instance;
    const old = runs();
    await until(() => runs() !== old);
    expect(missingOf(place)).toEqual(["embeddings", "rerank"]);
    server.control.fault(null);
    server.control.setWithout(["/v1/completions"]);
    await until(() => missingOf(place)?.join() === "completions,embeddings,rerank");
    expect(await after.stop()).toBe(0);
  });
});
