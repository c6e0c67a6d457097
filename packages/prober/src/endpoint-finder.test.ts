import { ENDPOINTS } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { failure, modelList, response } from "../test/answers.ts";
import type { Entry } from "../test/configs.ts";
import { ProberHarness, type HarnessOptions } from "../test/prober-harness.ts";
import type { ProbeResponse } from "./read/probe-response.ts";

/** Those that there is a harmless question for. */
const ASKED = ENDPOINTS.filter(({ probe }) => probe !== null);

const A = "http://a:8000";
const entry: Entry = { alias: "a", base: A };
const NO_ROUTE = response(404, { detail: "Not Found" });
const REFUSED = response(400, { error: { message: "1 validation error", type: "Bad Request", code: 400 } });

interface Server {
  /** Below `/v1`, and what is answered there to a POST; anything else is refused as invalid. */
  routes: Record<string, ProbeResponse | "silence">;
  version: string;
  name: string;
  /** At `/openapi.json`. */
  document: ProbeResponse;
}

/** A model list by which its kind is known. */
function listOf(name: string, owner: string): object {
  const { data, ...list } = modelList(name) as { data: object[] };
  return { ...list, data: data.map((card) => ({ ...card, owned_by: owner })) };
}

/** A prober of one server whose routes the test sets. */
function watched(options: HarnessOptions = {}, entries: readonly Entry[] = [entry], owner = "llamacpp") {
  const harness = new ProberHarness(entries, { endpoints: ENDPOINTS, ...options });
  const server: Server = { routes: { "/rerank": NO_ROUTE }, version: "1", name: "llama", document: NO_ROUTE };
  const serve = (origin = A) =>
    harness.backends.answer(origin, ({ path, body }) => {
      if (body !== undefined) return server.routes[path.slice("/v1".length)] ?? REFUSED;
      if (path === "/openapi.json") return server.document;
      if (path === "/version") return response(200, { version: server.version });
      return response(200, path.endsWith("/models") ? listOf(server.name, owner) : "");
    });
  serve();
  const asked = () => harness.backends.asked.filter(({ body }) => body !== undefined);
  const missing = () => harness.written.last.verdicts.map(({ served }) => served?.missing);
  return { harness, server, serve, asked, missing };
}

describe("a server that is ready", () => {
  it("is asked for each endpoint, by bodies that nobody takes, after its verdict has gone out", async () => {
    const { harness, asked, missing } = watched();
    await harness.start(100);
    expect(asked().map(({ path }) => path)).toEqual(
      ASKED.map(({ below, upstreamPath }) => (below === "api" ? `/v1${upstreamPath}` : upstreamPath)),
    );
    for (const { body } of asked()) expect(JSON.parse(body ?? "")).toMatchObject({ model: 0 });
    expect(harness.written.snapshots.map(({ verdicts }) => verdicts[0]?.served?.missing)).toEqual([
      undefined,
      ["rerank"],
    ]);
    expect(harness.written.snapshots[0]?.verdicts[0]?.reason).toBe("ok");
    expect(missing()).toEqual([["rerank"]]);
    expect(harness.logged.lines).toContainEqual({
      level: "info",
      message: "deployment endpoints changed",
      fields: { deployment: expect.any(String), alias: "a", missing: ["rerank"] },
    });
  });

  it("is asked once a start, however often it is probed", async () => {
    const { harness, asked } = watched();
    await harness.start(60_000);
    expect(asked()).toHaveLength(ASKED.length);
  });

  it("tells it for every deployment on it", async () => {
    const { harness, asked, missing } = watched({}, [entry, { ...entry, alias: "b" }]);
    await harness.start(100);
    expect(asked()).toHaveLength(ASKED.length);
    expect(missing()).toEqual([["rerank"], ["rerank"]]);
  });

  it("with all of them says nothing", async () => {
    const { harness, server } = watched();
    server.routes = {};
    await harness.start(100);
    expect(harness.written.last.verdicts[0]?.served).not.toHaveProperty("missing");
    expect(harness.written.snapshots).toHaveLength(1);
  });

  it.each<[string, ProbeResponse]>([
    ["a refused key", response(401, { error: "Unauthorized" })],
    ["a fault of its own", response(500, "")],
    ["a redirect", response(307, "")],
    ["an answer", response(200, { results: [] })],
  ])("is taken to have what it answers with %s", async (_what, answer) => {
    const { harness, server, missing } = watched();
    server.routes = { "/rerank": answer, "/embeddings": NO_ROUTE };
    await harness.start(100);
    expect(missing()).toEqual([["embeddings"]]);
  });
});

describe("a server that lists its paths", () => {
  const documentOf = (...paths: readonly string[]) =>
    response(200, { openapi: "3.1.0", paths: Object.fromEntries(paths.map((path) => [path, { post: {} }])) });

  it("is asked for that list alone", async () => {
    const { harness, server, asked, missing } = watched({}, [entry], "vllm");
    server.document = documentOf("/v1/chat/completions", "/tokenize");
    await harness.start(60_000);
    expect(asked()).toEqual([]);
    expect(harness.backends.asked.filter(({ path }) => path === "/openapi.json")).toHaveLength(1);
    const has = new Set(["chat_completions", "tokenize"]);
    expect(missing()).toEqual([ASKED.map(({ name }) => name).filter((name) => !has.has(name))]);
  });

  it("and does not show it is taken to have everything", async () => {
    const { harness, asked } = watched({}, [entry], "vllm");
    await harness.start(60_000);
    expect(asked()).toEqual([]);
    expect(harness.written.last.verdicts[0]?.served).not.toHaveProperty("missing");
  });
});

it("a server of no known kind is asked nothing: it may do what it is asked", async () => {
  const { harness, asked } = watched({}, [entry], "somebody");
  await harness.start(60_000);
  expect(asked()).toEqual([]);
  expect(harness.written.last.verdicts[0]?.served).not.toHaveProperty("missing");
});

describe("a server that is not ready, or under another name", () => {
  it("is not asked", async () => {
    const { harness, server, asked } = watched();
    server.name = "qwen";
    await harness.start(10_000);
    expect(harness.reason("a")).toBe("wrong_name");
    expect(asked()).toEqual([]);
  });
});

describe("another start", () => {
  it.each<[string, (site: ReturnType<typeof watched>) => Promise<void>]>([
    [
      "after an absence",
      async ({ harness, serve }) => {
        harness.backends.refuse(A);
        await harness.clock.advance(5_000);
        serve();
      },
    ],
    [
      "of another version",
      async ({ harness, server }) => {
        server.version = "2";
        harness.backends.answer(A, () => failure("ECONNRESET"));
        await harness.clock.advance(2_200);
      },
    ],
  ])("%s is asked again, and what was known holds until it has answered", async (_which, restart) => {
    const site = watched();
    const { harness, server, serve, asked, missing } = site;
    await harness.start(100);
    server.routes = { "/completions": NO_ROUTE };
    await restart(site);
    expect(missing()).toEqual([["rerank"]]);
    serve();
    await harness.clock.advance(10_000);
    expect(asked()).toHaveLength(2 * ASKED.length);
    expect(missing()).toEqual([["completions"]]);
  });

  it("of the prober asks again, and what an earlier one knew holds until then", async () => {
    const first = watched();
    await first.harness.start(100);
    const previous = first.harness.written.last;
    const { harness, server, serve, missing } = watched({ previous });
    harness.backends.hang(A);
    server.routes = {};
    await harness.start(5_000);
    expect(missing()).toEqual([["rerank"]]);
    serve();
    await harness.clock.advance(10_000);
    expect(missing()).toEqual([undefined]);
  });
});

describe("a question that gets no answer", () => {
  it("ends the round; the next probe begins it again, three times at most", async () => {
    const { harness, server, asked, missing } = watched();
    server.routes = { "/chat/completions": NO_ROUTE, "/completions": "silence" };
    await harness.start(60_000);
    expect(asked().map(({ path }) => path)).toEqual(
      Array.from({ length: 3 }, () => ["/v1/chat/completions", "/v1/completions"]).flat(),
    );
    expect(missing()).toEqual([["chat_completions"]]);
    expect(harness.reason("a")).toBe("ok");
  });

  it("holds no probe up", async () => {
    const { harness, server } = watched({ prober: { timeout: "2s", interval: "2s" } });
    server.routes = { "/chat/completions": "silence" };
    harness.backends.latencyMs = 0;
    await harness.start(0);
    await harness.clock.advance(6_000);
    const [first = 0, ...times] = harness.backends.probeTimes(A);
    expect(times.map((at) => at - first)).toEqual([2_000, 4_000, 6_000]);
  });
});

it("of many servers that are met at once so many are asked a second, and in the end all", async () => {
  const entries = Array.from({ length: 200 }, (_, index) => ({
    alias: `m${index}`,
    base: `http://m${index}`,
  }));
  const { harness, serve, asked, missing } = watched({}, entries);
  for (const { base } of entries) serve(base);
  await harness.start(1_000);
  const soon = asked().length;
  expect(soon).toBeGreaterThanOrEqual(200);
  expect(soon).toBeLessThanOrEqual(400);
  await harness.clock.advance(60_000);
  expect(asked()).toHaveLength(200 * ASKED.length);
  expect(missing().every((names) => names?.join() === "rerank")).toBe(true);
});

it("a server that leaves the config while it is asked is forgotten", async () => {
  const { harness, server, asked } = watched();
  server.routes = { "/chat/completions": "silence" };
  await harness.start(50);
  expect(asked()).toHaveLength(1);
  await harness.use([{ alias: "b", base: "http://b:8000" }]);
  await harness.clock.advance(10_000);
  expect(asked()).toHaveLength(1);
  expect(harness.logged.lines.filter(({ level }) => level === "error")).toEqual([]);
});
