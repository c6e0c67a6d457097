import { Secrets } from "@rollcall/runtime";
import { describe, expect, it } from "vitest";
import { failure, modelList, response } from "../../test/answers.ts";
import { configOf, type Entry } from "../../test/configs.ts";
import { loadOf } from "../../test/probe-results.ts";
import type { ProbeResponse } from "../read/probe-response.ts";
import { NOTHING_KNOWN, type BackendState } from "../remember/backend-state.ts";
import type { ProbeResult } from "../read/probe-result.ts";
import { targetsOf } from "../remember/target.ts";
import type { Network, ProbeRequest } from "./network.ts";
import { probe } from "./probe.ts";

const env = { KEY: "sk-1", TEAM: "blue" };

/** What a backend answers by path, or one path after the other on each new connection; 404 elsewhere. */
type Answers = Readonly<Record<string, ProbeResponse | readonly ProbeResponse[]>>;

interface World {
  readonly state?: Partial<BackendState>;
  readonly speaksTls?: boolean;
  readonly wantsCertificate?: boolean;
  readonly timeoutMs?: number;
}

type Asked = ProbeRequest & { readonly origin: string; readonly connection: number };

interface Probed {
  readonly result: ProbeResult;
  readonly asked: readonly Asked[];
  readonly paths: readonly string[];
  /** How many connections were made, and how many of them are closed. */
  readonly connections: readonly [made: number, closed: number];
}

/** Probes the one backend of an entry. */
async function probed(entry: Entry, answers: Answers, world: World = {}): Promise<Probed> {
  const config = configOf([entry], {}, env);
  const [target] = config.backends.flatMap(targetsOf);
  if (target === undefined) throw new Error("no target");
  const asked: Asked[] = [];
  let made = 0;
  let closed = 0;
  const network: Network = {
    connect(origin) {
      const connection = (made += 1);
      return {
        async ask(question) {
          asked.push({ ...question, origin, connection });
          const answer = answers[question.path] ?? response(404, { detail: "Not Found" });
          return "kind" in answer ? answer : (answer[connection - 1] ?? failure("ECONNREFUSED"));
        },
        close: () => (closed += 1),
      };
    },
    speaksTls: async () => world.speaksTls ?? false,
    wantsCertificate: async () => world.wantsCertificate ?? false,
  };
  const result = await probe(target, {
    network,
    secrets: Secrets.read(config, { env, directory: "/" }),
    timeoutMs: world.timeoutMs ?? 5_000,
    signal: new AbortController().signal,
    now: () => 1_000,
    suspect: null,
    state: { ...NOTHING_KNOWN, ...world.state },
  });
  return { result, asked, paths: asked.map(({ path }) => path), connections: [made, closed] };
}

const list = response(200, modelList("llama"));

/** A vLLM that is well. */
const VLLM: Answers = {
  "/v1/models": list,
  "/health": response(200),
  "/metrics": response(200, "vllm:num_requests_running 2\nvllm:num_requests_waiting 1\n"),
  "/version": response(200, { version: "0.26.0" }),
};

describe("what is asked", () => {
  it.each([
    ["http://a:8000", "http://a:8000", ["/v1/models", "/health", "/metrics", "/version"]],
    ["http://a:8000/v1", "http://a:8000", ["/v1/models", "/health", "/metrics", "/version"]],
    ["http://a:8000/v1/", "http://a:8000", ["/v1/models", "/health", "/metrics", "/version"]],
    [
      "http://a/team-a/v1",
      "http://a",
      ["/team-a/v1/models", "/team-a/health", "/team-a/metrics", "/team-a/version"],
    ],
    [
      "https://a/team-a",
      "https://a",
      ["/team-a/v1/models", "/team-a/health", "/team-a/metrics", "/team-a/version"],
    ],
    ["http://[::1]:8000/v2", "http://[::1]:8000", ["/v2/models", "/health", "/metrics", "/version"]],
  ])("of %s is the model list, and what stands beside its version", async (base, origin, expected) => {
    const { asked, paths, connections } = await probed({ base }, { ...VLLM, [expected[0] ?? ""]: list });
    expect(paths).toEqual(expected);
    expect(new Set(asked.map((question) => question.origin))).toEqual(new Set([origin]));
    expect(connections).toEqual([1, 1]);
  });

  it("is at the path as it is written, where nothing is at the one with /v1, and from then on there", async () => {
    const answers = { "/qwen/models": list };
    const { paths, result } = await probed({ base: "http://a/qwen" }, answers);
    expect(paths.slice(0, 1)).toEqual(["/qwen/v1/models"]);
    expect(result.models).toMatchObject({ kind: "models", apiPath: "/qwen" });
    const again = await probed({ base: "http://a/qwen" }, answers, { state: { apiPath: "/qwen" } });
    expect(again.paths.slice(0, 1)).toEqual(["/qwen/models"]);
    expect(again.result.models).toMatchObject({ kind: "models", apiPath: "/qwen" });
  });

  it("is at the path with /v1 again, once that is where it is", async () => {
    const answers = { "/qwen/v1/models": list };
    const { result } = await probed({ base: "http://a/qwen" }, answers, { state: { apiPath: "/qwen" } });
    expect(result.models).toMatchObject({ kind: "models" });
    expect(result.models).not.toHaveProperty("apiPath");
  });

  it("has the time of the config for the list, and a second at most for what stands beside it", async () => {
    const { asked } = await probed({}, VLLM);
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([5_000, 1_000, 1_000, 1_000]);
    const hasty = await probed({}, VLLM, { timeoutMs: 700 });
    expect(hasty.asked.map(({ timeoutMs }) => timeoutMs)).toEqual([700, 700, 700, 700]);
  });

  it.each<[what: string, answer: ProbeResponse]>([
    ["refused", failure("ECONNREFUSED")],
    ["silence", failure("PROBE_TIMEOUT")],
    ["an empty list", response(200, { object: "list", data: [] })],
    ["a proxy's page", response(502, "Bad Gateway")],
  ])("stops at /models when that is no list: %s", async (_what, answer) => {
    const { paths, result, connections } = await probed({}, { "/v1/models": answer });
    expect(paths).toEqual(["/v1/models"]);
    expect(result).toMatchObject({ kind: null, health: null, load: null, version: null });
    expect(result.models.kind).not.toBe("models");
    expect(connections).toEqual([1, 1]);
  });

  it.each([
    ["sglang", ["/v1/models", "/health", "/metrics"]],
    ["llamacpp", ["/v1/models", "/props", "/metrics", "/health", "/metrics"]],
    ["tgi", ["/v1/models", "/info", "/health"]],
    ["lmdeploy", ["/v1/models", "/health"]],
    ["tensorrt", ["/v1/models", "/health"]],
    ["generic", ["/v1/models", "/health"]],
    ["localai", ["/v1/models", "/readyz"]],
    ["ollama", ["/v1/models", "/api/version"]],
    ["lmstudio", ["/v1/models"]],
  ])("fits the kind that the config says: %s", async (kind, expected) => {
    const { paths, result } = await probed({ info: { kind } }, VLLM);
    expect(paths).toEqual(expected);
    expect(result.kind).toBe(kind);
  });

  it("gives SGLang the time for the token that its health route generates", async () => {
    const { asked } = await probed({ info: { kind: "sglang" } }, VLLM);
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([5_000, 5_000, 1_000]);
  });

  it("is the version once a start", async () => {
    const known = { served: true, version: "0.26.0" };
    const withStart = {
      ...VLLM,
      "/metrics": response(200, "vllm:num_requests_running 0\nprocess_start_time_seconds 7\n"),
    };
    const started = (startedAt: number | null) => {
      const load = loadOf({ startedAt });
      return { state: { ...known, load, progress: { movedAt: 0, seenAt: 0, load } } };
    };
    expect((await probed({}, VLLM, { state: known })).paths).not.toContain("/version");
    expect((await probed({}, withStart, started(7_000))).paths).not.toContain("/version");
    expect((await probed({}, withStart, started(3_000))).paths).toContain("/version");
    expect((await probed({}, VLLM, { state: { ...known, served: false } })).paths).toContain("/version");
  });
});

describe("the headers", () => {
  it("are none without a key", async () => {
    const { asked } = await probed({}, VLLM);
    expect(asked.map(({ headers }) => headers)).toEqual([{}, {}, {}, {}]);
  });

  it.each([
    ["the value of a variable", "os.environ/KEY", "Bearer sk-1"],
    ["a literal", "sk-2", "Bearer sk-2"],
  ])("carry the key to all routes: %s", async (_what, key, sent) => {
    const { asked } = await probed({ key }, VLLM);
    expect(asked.map(({ headers }) => headers["authorization"])).toEqual([sent, sent, sent, sent]);
  });

  it("carry the extra ones, which win over the key", async () => {
    const headers = { "X-Team": "os.environ/TEAM", Authorization: "Basic abc" };
    const { asked } = await probed({ key: "sk-2", headers }, VLLM);
    expect(asked[0]?.headers).toEqual({ "x-team": "blue", authorization: "Basic abc" });
  });
});

describe("what comes back", () => {
  it("is every reading, and how long the model list took", async () => {
    const slow = { ...list, durationMs: 42, headers: { date: "Thu, 01 Jan 1970 00:01:01 GMT" } };
    const { result } = await probed({}, { ...VLLM, "/v1/models": slow, "/health": response(503) });
    expect(result).toMatchObject({
      models: { kind: "models", cards: [{ id: "llama" }] },
      kind: "vllm",
      health: { kind: "fault", reason: "engine_dead" },
      load: { running: 2, waiting: 1 },
      version: "0.26.0",
      skewMs: 60_000,
      durationMs: 42,
      otherNames: [],
    });
  });

  it("is nothing of health, load and version where they say nothing", async () => {
    const mute = failure("PROBE_TIMEOUT");
    const { result } = await probed(
      {},
      { "/v1/models": list, "/health": mute, "/metrics": mute, "/version": mute },
    );
    expect(result).toMatchObject({ health: null, load: null, version: null });
  });

  it("is every question in one line each, without body, host or key", async () => {
    const { result } = await probed({ key: "sk-secret" }, VLLM);
    expect(result.exchanges).toEqual(
      ["/v1/models", "/health", "/metrics", "/version"].map((path) => ({
        at: 1_000,
        path,
        outcome: expect.stringMatching(/^200 no content type, \d+ characters, 1 ms$/),
      })),
    );
  });
});

describe("a refused key", () => {
  it("is told with what needs no key: that it is well, and who it is", async () => {
    const { paths, result } = await probed(
      { key: "sk-2" },
      {
        "/v1/models": response(401, { error: "Unauthorized" }),
        "/health": response(200),
        "/metrics": response(200, 'vllm:num_requests_running{model_name="qwen"} 0\n'),
      },
    );
    expect(paths).toEqual(["/v1/models", "/health", "/metrics"]);
    expect(result.models).toMatchObject({
      reason: "wrong_key",
      detail: "/models answers 401 while /health answers 200",
      found: ["qwen"],
    });
  });

  it("is told alone where all doors are closed", async () => {
    const closed = response(401, { error: "Unauthorized" });
    const { result } = await probed({}, { "/v1/models": closed, "/health": closed, "/metrics": closed });
    expect(result.models).toMatchObject({ reason: "wrong_key", detail: "/models answers 401", found: [] });
  });
});

describe("a model list that needs no key", () => {
  it.each([
    ["llamacpp", "/props", 401],
    ["llamacpp", "/metrics", 401],
    ["tgi", "/info", 403],
  ])("of %s proves none: %s does, and %i refuses it", async (kind, path, status) => {
    const answers = { "/v1/models": list, [path]: response(status), "/health": response(200) };
    const { result } = await probed({ info: { kind } }, answers);
    expect(result.key).toMatchObject({
      reason: "wrong_key",
      detail: `${path} answers ${status}, though /models answers 200`,
    });
  });

  it("of llama.cpp is not held against a key that /props takes, whoever guards /metrics", async () => {
    const answers = { "/v1/models": list, "/props": response(200, {}), "/metrics": response(403) };
    expect((await probed({ info: { kind: "llamacpp" } }, answers)).result.key).toBeNull();
  });

  it.each<[what: string, answer: ProbeResponse]>([
    ["takes it", response(200, {})],
    ["is not there", response(404)],
    ["fails", response(500)],
    ["says nothing in time", failure("PROBE_TIMEOUT")],
  ])("is not held against a key where the route %s", async (_what, answer) => {
    const answers = { "/v1/models": list, "/props": answer };
    expect((await probed({ info: { kind: "llamacpp" } }, answers)).result.key).toBeNull();
  });
});

describe("no model list where the config says", () => {
  it.each([
    ["/v1 written twice", "http://a/v1/v1", "/v1"],
    ["another version written twice", "http://a/v2/v2", "/v2"],
    ["the prefix of a proxy that is gone", "http://a/team/v1", "/v1"],
  ])("but elsewhere is told with the path to write: %s", async (_what, base, path) => {
    const { result } = await probed({ base }, { [`${path}/models`]: list });
    expect(result.models).toMatchObject({
      reason: "wrong_path",
      detail: `/models answers 404, but ${path}/models has a list`,
      fix: expect.stringContaining(`Write the path ${path} in api_base`),
    });
    expect(result.kind).toBeNull();
  });

  it("but a closed door elsewhere is as good as a list", async () => {
    const { result } = await probed({ base: "http://a/v1/v1" }, { "/v1/models": response(401) });
    expect(result.models).toMatchObject({ reason: "wrong_path", fix: expect.stringContaining("/v1 ") });
  });

  it("nor anywhere else is a wrong path without more", async () => {
    const { result, paths } = await probed({ base: "http://a/team/v1" }, {});
    expect(paths).toEqual(["/team/v1/models", "/team/info", "/v1/models"]);
    expect(result.models).toMatchObject({ reason: "wrong_path", detail: "/models answers 404" });
    expect(result.models).not.toHaveProperty("fix");
  });
});

describe("TEI, which has no model list", () => {
  const info = response(200, { model_id: "org/bge", served_model_name: "bge", max_input_length: 512 });

  it("is known by its /info, and its health is asked", async () => {
    const { paths, result } = await probed({}, { "/info": info, "/health": response(200) });
    expect(paths).toEqual(["/v1/models", "/info", "/health"]);
    expect(result).toMatchObject({ kind: "tei", models: { cards: [{ id: "bge", maxModelLen: 512 }] } });
  });

  it.each<[string, Entry, Partial<BackendState>]>([
    ["the config says so", { info: { kind: "tei" } }, {}],
    ["it was one before", {}, { kind: "tei" }],
  ])("is asked for its /info first when %s", async (_when, entry, state) => {
    const { paths, result } = await probed(entry, { "/info": info, "/health": response(200) }, { state });
    expect(paths).toEqual(["/info", "/health"]);
    expect(result.kind).toBe("tei");
  });

  it("that refuses its /info wants a key", async () => {
    const { result } = await probed({ info: { kind: "tei" } }, { "/info": response(401) });
    expect(result.models).toMatchObject({ reason: "wrong_key" });
  });

  it("is TEI no longer once another server answers on its port", async () => {
    const { result } = await probed({}, VLLM, { state: { kind: "tei" } });
    expect(result).toMatchObject({ kind: "vllm", models: { cards: [{ id: "llama" }] } });
  });
});

describe("a port that drops plain HTTP", () => {
  it.each([
    ["and speaks TLS is told so", true, { reason: "tls", fix: "Write https:// in api_base." }],
    ["and speaks no TLS may load behind docker's port", false, { kind: "absent" }],
  ])("%s", async (_what, speaksTls, models) => {
    const answers = { "/v1/models": failure("UND_ERR_SOCKET") };
    expect((await probed({}, answers, { speaksTls })).result.models).toMatchObject(models);
  });

  it.each([
    ["refused", { base: "http://a:8000" }, failure("ECONNREFUSED")],
    ["asked by TLS", { base: "https://a:8000" }, failure("ECONNRESET")],
    ["told that it loads", { base: "http://a:8000" }, response(503, "Loading model")],
  ])("is not meant where it is %s", async (_what, entry, answer) => {
    const { result } = await probed(entry, { "/v1/models": answer }, { speaksTls: true });
    expect(result.models.kind).toBe("absent");
  });
});

describe("other names than the last time", () => {
  const qwen = response(200, modelList("qwen"));

  it("are looked at four times more, each time on a connection of its own", async () => {
    const answers = { ...VLLM, "/v1/models": [qwen, list, qwen, failure("ECONNRESET"), list] };
    const { asked, result, connections } = await probed({}, answers, { state: { names: ["llama"] } });
    expect(result.models).toMatchObject({ cards: [{ id: "qwen" }] });
    // What did not answer met nobody.
    expect(result.otherNames).toEqual([["llama"], ["qwen"], ["llama"]]);
    expect(connections).toEqual([5, 5]);
    const looks = asked.filter(({ path }) => path === "/v1/models");
    expect(looks.map(({ connection }) => connection)).toEqual([1, 2, 3, 4, 5]);
    // All else is asked of the one that was met first.
    expect(asked.filter(({ path }) => path !== "/v1/models").map(({ connection }) => connection)).toEqual([
      1, 1, 1,
    ]);
  });

  it("are looked at seven times while it is doubted that one server alone answers", async () => {
    const { connections, result } = await probed({}, VLLM, { state: { names: ["llama"], doubts: 1 } });
    expect(connections).toEqual([8, 8]);
    expect(result.otherNames).toHaveLength(7);
  });

  it.each<[string, Partial<BackendState>]>([
    ["nothing is known of it yet", {}],
    ["they are the same in another order", { names: ["a", "b"] }],
  ])("are none where %s", async (_when, state) => {
    const answers = { ...VLLM, "/v1/models": response(200, modelList("b", "a")) };
    expect((await probed({}, answers, { state })).connections).toEqual([1, 1]);
  });
});

it("of a TLS port that hangs up without a certificate is that it wants one", async () => {
  const answers = { "/v1/models": failure("UND_ERR_SOCKET") };
  const entry = { base: "https://a" };
  const wanted = await probed(entry, answers, { wantsCertificate: true });
  expect(wanted.result.models).toMatchObject({
    reason: "tls",
    detail: "the server wants a client certificate",
  });
  expect((await probed(entry, answers)).result.models).toMatchObject({ kind: "absent" });
});
