import { describe, expect, test } from "vitest";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, type Gateway } from "./harness.ts";

const SITE = "https://chat.example";
const EVIL = "https://evil.example";

/** What a browser asks before it sends a key: no key is in it. */
function preflight(gateway: Gateway, path: string, origin = SITE) {
  return gateway.ask(path, {
    method: "OPTIONS",
    headers: {
      authorization: "",
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,x-stainless-os",
    },
  });
}

const chatFrom = (gateway: Gateway, origin: string, { fields = {}, headers = {} } = {}) =>
  gateway.chat(fields, { origin, ...headers });

const PATHS = [
  "/v1/chat/completions",
  "/v1/embeddings",
  "/v1/models",
  "/v1/models/chat",
  "/model/info",
  "/nowhere",
];
const PROBES = [
  "/",
  "/livez",
  "/readyz",
  "/metrics",
  "/routes",
  "/health",
  "/health/liveliness",
  "/health/readiness",
];

describe("with a key and nothing said", () => {
  test("every page may ask, and no credentials are allowed", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    for (const path of PATHS) {
      const { status, headers, text } = await preflight(gateway, path);
      expect([path, status, text]).toEqual([path, 204, ""]);
      expect(headers).toMatchObject({
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, POST, DELETE",
        "access-control-allow-headers": "authorization,content-type,x-stainless-os",
        "access-control-max-age": "600",
        vary: "access-control-request-headers",
      });
      expect(headers["access-control-allow-credentials"]).toBeUndefined();
    }
    expect(backend.seen.count()).toBe(0);
  });

  test("every kind of answer can be read by the page, with the headers that are ours", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const answers = {
      json: await chatFrom(gateway, SITE),
      stream: await chatFrom(gateway, SITE, { fields: { stream: true } }),
      "unknown model": await chatFrom(gateway, SITE, { fields: { model: "gpt-5" } }),
      "the backend's refusal": await chatFrom(gateway, SITE, { fields: { messages: "none" } }),
      "no key": await chatFrom(gateway, SITE, { headers: { authorization: "" } }),
      "wrong method": await gateway.ask("/v1/chat/completions", { method: "GET", headers: { origin: SITE } }),
      models: await gateway.ask("/v1/models", { headers: { origin: SITE } }),
      "no key for the models": await gateway.ask("/v1/models", {
        headers: { origin: SITE, authorization: "" },
      }),
      "no route": await gateway.ask("/nowhere", { headers: { origin: SITE } }),
    };
    for (const [what, { headers }] of Object.entries(answers)) {
      expect([what, headers["access-control-allow-origin"]]).toEqual([what, "*"]);
      expect(headers["access-control-allow-credentials"]).toBeUndefined();
      for (const name of ["x-request-id", "x-rollcall-reason", "x-litellm-call-id", "retry-after"])
        expect(String(headers["access-control-expose-headers"])).toContain(name);
    }
    expect(Object.values(answers).map(({ status }) => status)).toEqual([
      200, 200, 404, 400, 401, 405, 200, 401, 404,
    ]);
    expect(answers.stream.text).toContain("data: [DONE]");
  });

  test("programs, which send no Origin, are told nothing of it", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    for (const answer of [await gateway.chat(), await gateway.ask("/v1/models")])
      expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("OPTIONS that is no preflight is a wrong method", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const { status, headers } = await gateway.ask("/v1/chat/completions", { method: "OPTIONS" });
    expect([status, headers["allow"]]).toEqual([405, "POST"]);
  });

  test.each(PROBES)("%s is for no page", async (path) => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    const answers = [
      await gateway.ask(path, { headers: { origin: SITE } }),
      await gateway.ask(`${path === "/" ? "" : path}/`, { headers: { origin: SITE } }),
      await preflight(gateway, path),
    ];
    for (const { headers } of answers)
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(answers.map(({ status }) => status).slice(0, 2)).toEqual([200, 200]);
    expect(answers[2]?.status).toBeGreaterThan(399);
  });
});

describe("with origins listed", () => {
  const listed = async (settings = {}) =>
    gatewayFor(
      { chat: [await simulator()] },
      { gateway: { cors: [SITE.toUpperCase(), "app://desktop"] }, ...settings },
    );

  test("their pages may ask, and caches tell them apart", async () => {
    const gateway = await listed();
    for (const origin of [SITE, "app://desktop"]) {
      const { status, headers } = await preflight(gateway, "/v1/chat/completions", origin);
      expect([status, headers["access-control-allow-origin"]]).toEqual([204, origin]);
      const answer = await chatFrom(gateway, origin);
      expect(answer.headers).toMatchObject({ "access-control-allow-origin": origin, vary: "origin" });
    }
  });

  test("other pages are not told that they may, and programs with the key are served", async () => {
    const gateway = await listed();
    const { status, headers } = await preflight(gateway, "/v1/chat/completions", EVIL);
    expect([status, headers["access-control-allow-origin"]]).toEqual([204, undefined]);
    const answer = await chatFrom(gateway, EVIL);
    expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([200, undefined]);
    expect(answer.headers["vary"]).toBe("origin");
  });

  test("without a key they are welcome, and pages of other sites are still refused", async () => {
    const gateway = await listed({ settings: { general_settings: {} } });
    const no = { authorization: "" };
    expect((await preflight(gateway, "/v1/chat/completions")).headers["access-control-allow-origin"]).toBe(
      SITE,
    );
    expect((await chatFrom(gateway, SITE, { headers: no })).status).toBe(200);
    expect((await gateway.ask("/v1/models", { headers: { ...no, origin: SITE } })).status).toBe(200);
    expect((await chatFrom(gateway, EVIL, { headers: no })).status).toBe(403);
    expect((await chatFrom(gateway, "null", { headers: no })).status).toBe(403);
    // A name that was made to lead here is no listed page's.
    expect((await chatFrom(gateway, SITE, { headers: { ...no, host: "evil.example" } })).status).toBe(403);
  });
});

describe("off", () => {
  test.each([
    ["said so", { gateway: { cors: "off" } }],
    ["where no key is asked for", { settings: { general_settings: {} } }],
  ])("%s, pages get no permission", async (_case, options) => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, options);
    for (const path of ["/v1/chat/completions", "/v1/models"]) {
      const { status, headers } = await preflight(gateway, path);
      expect(status).toBeGreaterThan(399);
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
    const answer = await chatFrom(gateway, SITE);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("a change of the setting is heard of on reload", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    const written = gateway.written as { rollcall: { gateway: object } };
    const rollcall = { ...written.rollcall, gateway: { ...written.rollcall.gateway, cors: "off" } };
    await gateway.writeConfig({ ...written, rollcall });
    const status = async () => (await preflight(gateway, "/v1/chat/completions")).status;
    await expect.poll(status, { timeout: 10_000 }).toBe(405);
    expect(
      (await gateway.chat({ messages: MESSAGES }, { authorization: `Bearer ${MASTER_KEY}` })).status,
    ).toBe(200);
  });
});
