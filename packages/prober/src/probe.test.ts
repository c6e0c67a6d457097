import { Secrets } from "@rollcall/runtime";
import { describe, expect, it } from "vitest";
import { failure, modelList, response } from "../test/answers.ts";
import { configOf, type Entry } from "../test/configs.ts";
import type { Ask, Question } from "./ask.ts";
import type { Answer } from "./decide/answer.ts";
import { probe, type ProbeResult } from "./probe.ts";

const env = { KEY: "sk-1", TEAM: "blue" };

/** Probes the one backend of an entry that gives these answers in turn. */
async function probed(
  entry: Entry,
  ...answers: readonly Answer[]
): Promise<{ result: ProbeResult; asked: readonly Question[] }> {
  const config = configOf([entry], {}, env);
  const asked: Question[] = [];
  const ask: Ask = async (question) => {
    asked.push(question);
    return answers[asked.length - 1] ?? failure("ECONNREFUSED");
  };
  const [backend] = config.backends;
  if (backend === undefined) throw new Error("no backend");
  const secrets = Secrets.read(config, { env, directory: "/" });
  const { signal } = new AbortController();
  return { result: await probe(backend, { ask, secrets, timeoutMs: 700, signal }), asked };
}

const list = response(200, modelList("llama"));

describe("what is asked", () => {
  it.each([
    ["http://a:8000", ["http://a:8000", "/v1/models", "/health"]],
    ["http://a:8000/v1", ["http://a:8000", "/v1/models", "/health"]],
    ["http://a:8000/v1/", ["http://a:8000", "/v1/models", "/health"]],
    ["http://a/team-a/v1", ["http://a", "/team-a/v1/models", "/team-a/health"]],
    ["https://a/team-a", ["https://a", "/team-a/v1/models", "/team-a/health"]],
    ["http://[::1]:8000/v2", ["http://[::1]:8000", "/v2/models", "/health"]],
  ])(
    "of %s is the model list and then /health beside its version",
    async (base, [origin, models, health]) => {
      const { asked } = await probed({ base }, list, response(200));
      expect(asked.map((question) => [question.origin, question.path, question.timeoutMs])).toEqual([
        [origin, models, 700],
        [origin, health, 700],
      ]);
    },
  );

  it.each<[what: string, answer: Answer]>([
    ["refused", failure("ECONNREFUSED")],
    ["401", response(401)],
    ["an empty list", response(200, { object: "list", data: [] })],
    ["a proxy's page", response(502, "Bad Gateway")],
  ])("stops at /models when that is no list: %s", async (_what, answer) => {
    const { asked, result } = await probed({}, answer);
    expect(asked).toHaveLength(1);
    expect(result.health).toBeNull();
    expect(result.models.kind).not.toBe("models");
  });
});

describe("the headers", () => {
  it("are none without a key", async () => {
    const { asked } = await probed({}, list, response(200));
    expect(asked.map(({ headers }) => headers)).toEqual([{}, {}]);
  });

  it.each([
    ["the value of a variable", "os.environ/KEY", "Bearer sk-1"],
    ["a literal", "sk-2", "Bearer sk-2"],
  ])("carry the key to both routes: %s", async (_what, key, sent) => {
    const { asked } = await probed({ key }, list, response(200));
    expect(asked.map(({ headers }) => headers["authorization"])).toEqual([sent, sent]);
  });

  it("carry the extra ones, which win over the key", async () => {
    const headers = { "X-Team": "os.environ/TEAM", Authorization: "Basic abc" };
    const { asked } = await probed({ key: "sk-2", headers }, list, response(200));
    expect(asked[0]?.headers).toEqual({ "x-team": "blue", authorization: "Basic abc" });
  });
});

describe("what comes back", () => {
  it("is both readings, and how long the model list took", async () => {
    const slow = { ...list, durationMs: 42 };
    const { result } = await probed({}, slow, response(503));
    expect(result).toMatchObject({
      models: { kind: "models", names: ["llama"] },
      health: { kind: "fault", reason: "engine_dead" },
      durationMs: 42,
    });
  });

  it("is nothing of /health where it says nothing against the backend", async () => {
    expect((await probed({}, list, failure("PROBE_TIMEOUT"))).result.health).toBeNull();
  });
});
