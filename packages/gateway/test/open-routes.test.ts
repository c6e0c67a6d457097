import { describe, expect, test } from "vitest";
import { ENDPOINTS } from "@rollcall/contract";
import { gatewayFor, MASTER_KEY, simulator, UPSTREAM, type Gateway } from "./harness.ts";

const NO_KEY = { authorization: "" };

const open = (gateway: Gateway, path: string, headers: Record<string, string> = {}) =>
  gateway.ask(path, { headers: { ...NO_KEY, ...headers } });

describe("vLLM's /health", () => {
  test.each([
    ["with a backend", {}],
    ["without one", { "chat-1": "down" as const }],
  ])("is an empty 200 without a key, %s", async (_case, says) => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { says });
    const { status, text } = await open(gateway, "/health");
    expect([status, text]).toEqual([200, ""]);
  });

  test("and where no key is asked for", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { settings: { general_settings: {} } });
    const { status, text } = await open(gateway, "/health");
    expect([status, text]).toEqual([200, ""]);
    // A key that nobody asked for: as LiteLLM's clients ask.
    expect((await gateway.ask("/health")).json()).toMatchObject({ healthy_count: 1 });
    expect((await gateway.ask("/health", { headers: { origin: "https://evil.example" } })).status).toBe(403);
  });
});

describe("LiteLLM's /health", () => {
  const asked = async () => {
    const backend = await simulator();
    return gatewayFor({ chat: [backend, backend], embed: [backend] }, { says: { "chat-2": "wrong_name" } });
  };

  test("says by alias and id who is ready and who is not", async () => {
    const gateway = await asked();
    const { status, json, text } = await gateway.ask("/health");
    expect([status, json()]).toEqual([
      200,
      {
        healthy_endpoints: [
          { model: "chat", model_id: "chat-1" },
          { model: "embed", model_id: "embed-1" },
        ],
        unhealthy_endpoints: [
          { model: "chat", model_id: "chat-2", error: expect.stringMatching(/^wrong_name: /) as string },
        ],
        healthy_count: 2,
        unhealthy_count: 1,
      },
    ]);
    for (const secret of [UPSTREAM, "127.0.0.1", "sk-"]) expect(text).not.toContain(secret);
  });

  test.each([
    ["model=chat", ["chat-1"], ["chat-2"]],
    ["model_id=chat-2", [], ["chat-2"]],
    ["model=embed", ["embed-1"], []],
    ["model=none", [], []],
  ])("of some, with ?%s", async (query, healthy, unhealthy) => {
    const gateway = await asked();
    const { healthy_endpoints, unhealthy_endpoints } = (await gateway.ask(`/health?${query}`)).json();
    const ids = (list: readonly { model_id: string }[]) => list.map(({ model_id }) => model_id);
    expect([ids(healthy_endpoints), ids(unhealthy_endpoints)]).toEqual([healthy, unhealthy]);
  });

  test("takes the key from any header, and no wrong one", async () => {
    const gateway = await asked();
    expect((await open(gateway, "/health", { "x-litellm-api-key": MASTER_KEY })).json().healthy_count).toBe(
      2,
    );
    const wrong = await open(gateway, "/health", { authorization: "Bearer sk-wrong" });
    expect([wrong.status, wrong.json().error.code]).toEqual([401, "invalid_api_key"]);
    expect((await open(gateway, "/health", { authorization: MASTER_KEY })).status).toBe(401);
  });

  test("has what requests have found, too", async () => {
    const misnamed = await simulator({ servedNames: ["org/other"] });
    const gateway = await gatewayFor({ chat: [misnamed] });
    await gateway.chat();
    expect((await gateway.ask("/health")).json()).toMatchObject({
      healthy_count: 0,
      unhealthy_endpoints: [{ model_id: "chat-1" }],
    });
  });
});

test("LiteLLM's probes are where a manifest has them", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  for (const path of ["/health/liveliness", "/health/liveness"]) {
    const { status, json } = await open(gateway, path);
    expect([status, json()]).toEqual([200, "I'm alive!"]);
  }
  const { status, json } = await open(gateway, "/health/readiness");
  expect([status, json()]).toEqual([200, { status: "healthy", db: "Not connected" }]);
  expect((await gateway.ask("/health/readiness", { method: "HEAD", headers: NO_KEY })).status).toBe(200);
});

test("readiness is no before the prober was heard, liveness is yes", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] }, { says: "nothing" });
  const readiness = await open(gateway, "/health/readiness");
  expect([readiness.status, readiness.json().status]).toEqual([503, "unhealthy"]);
  for (const path of ["/health", "/health/liveness"]) expect((await open(gateway, path)).status).toBe(200);
});

describe("the root", () => {
  test("says what this is, to people in HTML and to programs in JSON", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const page = await open(gateway, "/", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=UTF-8"]);
    expect(page.text).toContain("<title>Rollcall</title>");
    expect(page.headers["content-security-policy"]).toBe("default-src 'none'");
    const accepted: Record<string, string>[] = [{}, { accept: "*/*" }, { accept: "application/json" }];
    for (const headers of accepted) {
      const { status, json, headers: sent } = await open(gateway, "/", headers);
      expect([status, json()]).toEqual([
        200,
        expect.objectContaining({ name: "Rollcall", models: "/v1/models" }),
      ]);
      expect(sent["vary"]).toBe("accept");
    }
    const head = await gateway.ask("/", { method: "HEAD", headers: NO_KEY });
    expect([head.status, head.text]).toEqual([200, ""]);
    for (const answer of [page, await open(gateway, "/")])
      for (const secret of ["chat-1", UPSTREAM, "127.0.0.1"]) expect(answer.text).not.toContain(secret);
  });

  test("its routes are all that is served, and each of them is there", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const { routes } = (await open(gateway, "/routes")).json() as {
      routes: { path: string; methods: string[] }[];
    };
    const paths = routes.map(({ path }) => path);
    for (const path of ENDPOINTS.flatMap((endpoint) => endpoint.paths)) expect(paths).toContain(path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "/",
        "/health",
        "/readyz",
        "/v1/models",
        "/v1/models/{model}",
        "/model/info",
        "/utils/token_counter",
      ]),
    );
    expect(new Set(paths).size).toBe(paths.length);
    for (const { path, methods } of routes) {
      const answer = await gateway.ask(
        path.replace("{model}", "chat").replace("{id}", "resp_1"),
        methods[0] === "POST" ? { body: {} } : {},
      );
      expect([path, answer.status === 405, answer.text.includes("unknown_url")]).toEqual([
        path,
        false,
        false,
      ]);
    }
  });
});

test("a slash at the end makes no difference to what is asked of the gateway itself", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  for (const path of ["/livez/", "/health/", "/v1/models/", "/model/info/"])
    expect((await gateway.ask(path)).status).toBe(200);
});
