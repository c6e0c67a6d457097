import { describe, expect, test } from "vitest";
import { startApi, type Sent } from "./api.ts";

describe("the admin door", () => {
  test.each<[what: string, sent: Sent, status: number]>([
    ["no key", { key: null }, 401],
    ["an empty key", { key: "" }, 401],
    ["a key that nobody has made", { key: "sk-0123456789012345678901234567890123456789" }, 401],
    ["the SHA-256 of a key as its credential", { key: "a".repeat(64) }, 401],
    ["the master key", {}, 200],
    ["the master key in LiteLLM's header", { key: null, headers: { "x-api-key": "sk-master" } }, 200],
    ["a page of another site", { headers: { origin: "https://evil.example" } }, 403],
    ["a page that has made its name lead here", { headers: { host: "evil.example:4002" } }, 403],
    ["a page without an origin of its own", { headers: { origin: "null" } }, 403],
    ["a page that it serves itself", { headers: { origin: "http://127.0.0.1:4002" } }, 200],
    ["a form", { headers: { "content-type": "application/x-www-form-urlencoded" } }, 415],
    ["a simple request of a page", { headers: { "content-type": "text/plain" } }, 415],
    ["JSON with a charset", { headers: { "content-type": "application/json; charset=utf-8" } }, 200],
    ["half of a JSON", { raw: '{"key_alias":' }, 400],
    ["JSON that is no object", { raw: "[]" }, 400],
    ["a body above 1 MiB", { raw: JSON.stringify({ metadata: { a: "x".repeat(1024 * 1024) } }) }, 413],
  ])("%s", async (_what, sent, status) => {
    const api = await startApi();
    const reply = await api.request("POST", "/key/generate", { body: {}, ...sent });
    expect(reply.status).toBe(status);
    if (status !== 200) expect(reply.json.error).toMatchObject({ code: String(status) });
  });

  test("no answer permits a page of another origin to read it", async () => {
    const api = await startApi();
    const preflight = await api.request("OPTIONS", "/key/generate", {
      key: null,
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    expect(preflight.status).not.toBe(200);
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("a wildcard in allowed_hosts opens models to pages, and not the keys", async () => {
    const api = await startApi({ rollcall: { gateway: { allowed_hosts: ["*"] } } });
    const { status } = await api.get("/key/list", { headers: { origin: "https://evil.example" } });
    expect(status).toBe(403);
  });

  test("admin_routes: off answers as if there were none", async () => {
    const api = await startApi({ rollcall: { control: { admin_routes: "off" } } });
    const { status, text } = await api.get("/key/list");
    expect([status, text]).toEqual([404, (await api.get("/no/such")).text]);
  });

  test("the 21st wrong key of an address has to wait, and so has whatever else comes from there", async () => {
    const api = await startApi();
    const wrong = () => api.get("/key/list", { key: "sk-wrong", from: "192.0.2.7" });
    for (let count = 0; count < 20; count += 1) expect((await wrong()).status).toBe(401);
    const reply = await wrong();
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([429, "60"]);
    expect((await api.get("/key/list", { from: "192.0.2.7" })).status).toBe(429);
    expect((await api.get("/key/list", { from: "192.0.2.8" })).status).toBe(200);
    api.clock.jump(60_000);
    expect((await api.get("/key/list", { from: "192.0.2.7" })).status).toBe(200);
  });

  test("on the socket the gateway tells whose wrong key it is", async () => {
    const api = await startApi({ boundTo: null });
    const headers = { host: "gateway.example", "x-forwarded-for": "10.0.0.1, 192.0.2.9" };
    for (let count = 0; count < 20; count += 1) await api.get("/key/list", { key: "sk-wrong", headers });
    expect((await api.get("/key/list", { headers })).status).toBe(429);
    expect((await api.get("/key/list", { headers: { host: "gateway.example" } })).status).toBe(200);
  });
});

describe("a key that may not be used", () => {
  test.each<[what: string, change: readonly [target: string, body: object], type: string]>([
    ["blocked", ["/key/block", { key: "KEY" }], "auth_error"],
    ["of a team that is blocked", ["/team/block", { team_id: "red" }], "auth_error"],
    ["of a user that is blocked", ["/user/update", { user_id: "ann", blocked: true }], "auth_error"],
    ["deleted", ["/key/delete", { keys: ["KEY"] }], "token_not_found_in_db"],
    ["of a team that is deleted", ["/team/delete", { team_ids: ["red"] }], "token_not_found_in_db"],
    ["of a user that is deleted", ["/user/delete", { user_ids: ["ann"] }], "token_not_found_in_db"],
    [
      "of a member that has left the team",
      ["/team/member_delete", { team_id: "red", user_id: "ann" }],
      "token_not_found_in_db",
    ],
    ["replaced without a grace", ["/key/regenerate", { key: "KEY" }], "token_not_found_in_db"],
    ["expired", ["/key/update", { key: "KEY", duration: "1s" }], "expired_key"],
  ])("%s", async (_what, [target, body], type) => {
    const api = await startApi();
    await api.post("/team/new", { team_id: "red", members_with_roles: [{ user_id: "ann" }] });
    const { key } = (await api.post("/key/generate", { team_id: "red", user_id: "ann" })).json;
    expect((await api.get("/key/info", { key })).status).toBe(200);
    const sent = JSON.parse(JSON.stringify(body).replace("KEY", key)) as object;
    expect((await api.post(target, sent)).status).toBe(200);
    api.clock.step(2_000);
    const { json, status } = await api.get("/key/info", { key });
    expect([status, json.error.type]).toEqual([401, type]);
  });

  test("an old secret holds until its grace ends, for the same key", async () => {
    const api = await startApi();
    const { key: old, token } = (await api.post("/key/generate", {})).json;
    const { key, token: same } = (await api.post("/key/regenerate", { key: old, grace_period: "1h" })).json;
    expect(same).toBe(token);
    for (const secret of [old, key])
      expect((await api.get("/key/info", { key: secret })).json.key).toBe(token);
    api.clock.step(3_600_000);
    expect((await api.get("/key/info", { key: old })).status).toBe(401);
    expect((await api.get("/key/info", { key })).status).toBe(200);
  });
});

describe("what is kept of a secret", () => {
  const CHOSEN = "sk-chosen-0123456789abcdef";

  test("a short key that a person chose needs a pepper, and is then found by HMAC alone", async () => {
    const plain = await startApi({ rollcall: { keys: { enabled: true, min_length: 20 } } });
    const { json, status } = await plain.post("/key/generate", { key: CHOSEN });
    expect([status, json.error.message]).toEqual([400, expect.stringContaining("rollcall.keys.pepper")]);
    const keys = { enabled: true, min_length: 20, pepper: "os.environ/PEPPER" };
    const peppered = await startApi({ rollcall: { keys }, env: { PEPPER: "a pepper that is long enough" } });
    const made = await peppered.post("/key/generate", { key: CHOSEN });
    expect(made.status).toBe(200);
    expect(peppered.directory.key(made.json.token)?.hashes).toMatchObject([{ method: "hmac" }]);
    expect((await peppered.get("/key/info", { key: CHOSEN })).status).toBe(200);
  });

  test("neither a secret nor its digest is in any answer, audit entry or snapshot but where it was made", async () => {
    const api = await startApi();
    const { key, token } = (await api.post("/key/generate", { user_id: "ann", key_alias: "a" })).json;
    const [row] = [api.directory.key(token)];
    const digest = row?.hashes[0]?.digest ?? "";
    const hex = Buffer.from(digest, "base64url").toString("hex");
    const targets = [
      "/key/list?return_full_object=true",
      `/key/info?key=${token}`,
      "/audit",
      "/user/info?user_id=ann",
    ];
    for (const target of [...targets, "/openapi.json", "/metrics", "/readyz?verbose"]) {
      const { status, text } = await api.get(target);
      expect([target, status]).toEqual([target, 200]);
      for (const secret of [key, digest, hex, "sk-master"]) expect(text).not.toContain(secret);
    }
    const snapshot = JSON.stringify(api.snapshots.at(-1));
    expect(snapshot).toContain(digest);
    expect(snapshot).not.toContain(key);
    for (const known of ["ann@", '"a"', 'alias":"a']) expect(snapshot).not.toContain(known);
    // By its digest a key may be named, as scripts for LiteLLM do.
    expect((await api.get(`/key/info?key=${hex}`)).json.info.token).toBe(token);
  });
});

test("where the store fails nothing is changed, nobody is told otherwise, and it goes on once it works", async () => {
  const api = await startApi();
  const { token } = (await api.post("/key/generate", {})).json;
  api.failing = true;
  const refused = await Promise.all([
    api.post("/key/block", { key: token }),
    api.post("/key/generate", { key_alias: "x" }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([503, 503]);
  expect(api.directory.key(token)?.blocked).toBe(false);
  expect(JSON.stringify(api.snapshots.at(-1))).toContain('"blocked":false');
  api.failing = false;
  expect((await api.post("/key/generate", { key_alias: "x" })).status).toBe(200);
  expect((await api.get("/audit/verify")).json).toMatchObject({ intact: true, entries: 2 });
});

test("hundreds of keys that are asked for at once are all made, and the chain of the audit log holds", async () => {
  const api = await startApi();
  const replies = await Promise.all(
    Array.from({ length: 300 }, (_, index) => api.post("/key/generate", { key_alias: `k${index}` })),
  );
  expect(new Set(replies.map(({ json }) => json.token)).size).toBe(300);
  expect((await api.get("/audit/verify")).json).toMatchObject({ intact: true, entries: 300 });
  const twice = await Promise.all([1, 2].map(() => api.post("/key/generate", { key_alias: "same" })));
  expect(twice.map(({ status }) => status)).toEqual([200, 400]);
});

describe("how much is logged", () => {
  test("is told and ordered with the master key", async () => {
    const api = await startApi();
    expect((await api.get("/logging")).json).toEqual({ level: "info", by: "config" });
    const ordered = await api.request("POST", "/logging?level=debug");
    expect(ordered.json).toEqual({ level: "debug", by: "order" });
    expect((await api.request("POST", "/logging?level=loud")).status).toBe(400);
    expect((await api.request("POST", "/logging?level=config")).json).toEqual({
      level: "info",
      by: "config",
    });
  });

  test("and with no other", async () => {
    const api = await startApi();
    const { json } = await api.request("POST", "/key/generate", { body: {} });
    const key = (json as unknown as { key: string }).key;
    for (const one of [null, "sk-wrong", key])
      expect((await api.request("POST", "/logging?level=debug", { key: one })).status).toBe(
        one === key ? 403 : 401,
      );
  });
});
