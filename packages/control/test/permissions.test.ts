import { expect, test } from "vitest";
import { UPDATE_KEY_FIELDS } from "../src/objects/key-fields.ts";
import { NEW_TEAM_FIELDS, UPDATE_TEAM_FIELDS } from "../src/objects/team-fields.ts";
import { NEW_USER_FIELDS, UPDATE_USER_FIELDS } from "../src/objects/user-fields.ts";
import { MASTER_KEY, startApi, type Api } from "./api.ts";
import { CALLERS, makeTenants, type Caller, type Tenants } from "./tenants.ts";

/** A value of each field that its schema takes. */
const VALUES: Readonly<Record<string, unknown>> = {
  key: null,
  key_alias: "another-name",
  duration: "1h",
  models: ["chat"],
  aliases: { a: "chat" },
  model_aliases: { a: "chat" },
  user_id: "ann",
  team_id: "red",
  rpm_limit: 1_000_000,
  max_parallel_requests: 1_000,
  model_rpm_limit: { chat: 1_000 },
  model_max_parallel_requests: { chat: 9 },
  team_member_rpm_limit: 1_000,
  team_member_max_parallel_requests: 9,
  metadata: { note: "x" },
  tags: ["x"],
  blocked: false,
  allowed_routes: ["/v1/chat/completions"],
  key_type: "management",
  team_alias: "another",
  user_email: "another@example.com",
  user_alias: "another",
  user_role: "proxy_admin",
  teams: ["blue"],
  auto_create_key: true,
  members_with_roles: [],
};

const OWNERS_FIELDS = ["key_alias", "metadata", "tags"];
const TEAM_ADMINS_FIELDS = [
  ...OWNERS_FIELDS,
  "duration",
  "models",
  "aliases",
  "rpm_limit",
  "max_parallel_requests",
  "model_rpm_limit",
  "model_max_parallel_requests",
  "blocked",
];

/** Written here again, beside the product's own tables: whose keys may be changed by whom, and in what. */
const MAY_UPDATE: Partial<Record<Caller, Partial<Record<keyof Tenants["ids"], readonly string[]>>>> = {
  bob: { bobs: OWNERS_FIELDS, bobsOfRed: OWNERS_FIELDS },
  ann: { anns: OWNERS_FIELDS, bobsOfRed: TEAM_ADMINS_FIELDS, robots: TEAM_ADMINS_FIELDS },
  cid: { cids: TEAM_ADMINS_FIELDS },
};

interface Attempt {
  readonly caller: Caller;
  readonly target: string;
  readonly body: object;
  readonly isAllowed: boolean;
}

/** Makes each attempt, and says of which the outcome is wrong. What is not allowed is refused, and nothing has changed. */
async function wrongOf(
  api: Api,
  { secrets }: Tenants,
  attempts: readonly Attempt[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { caller, target, body, isAllowed } of attempts) {
    const before = JSON.stringify([...api.directory.all()]);
    const { status, text } = await api.post(target, body, { key: secrets[caller] });
    const isSame = JSON.stringify([...api.directory.all()]) === before;
    const isRight = isAllowed ? status === 200 : [403, 404].includes(status) && isSame;
    if (!isRight) wrong.push(`${caller} ${target} ${JSON.stringify(body)}: ${status} ${text}`);
  }
  return wrong;
}

test("keys are changed by whom and in what the table says, whatever the field", async () => {
  const api = await startApi();
  const tenants = await makeTenants(api);
  const attempts = CALLERS.flatMap((caller) =>
    Object.entries(tenants.ids).flatMap(([whose, key]) =>
      Object.keys(UPDATE_KEY_FIELDS)
        .filter((field) => field !== "key")
        .map((field): Attempt => {
          const fields = MAY_UPDATE[caller]?.[whose as keyof Tenants["ids"]] ?? [];
          const value = field === "key_alias" ? `${caller}-${whose}` : VALUES[field];
          return {
            caller,
            target: "/key/update",
            body: { key, [field]: value },
            isAllowed: fields.includes(field),
          };
        }),
    ),
  );
  expect(await wrongOf(api, tenants, attempts)).toEqual([]);
});

test("teams are changed by their admins in their names alone, and by nobody else", async () => {
  const api = await startApi();
  const tenants = await makeTenants(api);
  const attempts = CALLERS.flatMap((caller) => [
    ...["red", "blue"].flatMap((team_id) =>
      Object.keys(UPDATE_TEAM_FIELDS)
        .filter((field) => field !== "team_id")
        .map((field): Attempt => ({
          caller,
          target: "/team/update",
          body: { team_id, [field]: VALUES[field] },
          isAllowed:
            ((caller === "ann" && team_id === "red") || (caller === "cid" && team_id === "blue")) &&
            ["team_alias", "metadata", "tags"].includes(field),
        })),
    ),
    ...Object.keys(NEW_TEAM_FIELDS).map((field): Attempt => ({
      caller,
      target: "/team/new",
      body: { [field]: field === "team_id" ? "new" : VALUES[field] },
      isAllowed: false,
    })),
    { caller, target: "/team/delete", body: { team_ids: ["red"] }, isAllowed: false },
    { caller, target: "/team/block", body: { team_id: "red" }, isAllowed: false },
  ]);
  expect(await wrongOf(api, tenants, attempts)).toEqual([]);
});

test("users are changed by themselves in their names alone, and by nobody else", async () => {
  const api = await startApi();
  const tenants = await makeTenants(api);
  const attempts = CALLERS.flatMap((caller) => [
    ...["ann", "bob", "cid"].flatMap((user_id) =>
      Object.keys(UPDATE_USER_FIELDS)
        .filter((field) => field !== "user_id")
        .map((field): Attempt => ({
          caller,
          target: "/user/update",
          body: { user_id, [field]: field === "user_email" ? `new-${user_id}@example.com` : VALUES[field] },
          isAllowed: caller === user_id && ["user_email", "user_alias", "metadata"].includes(field),
        })),
    ),
    ...Object.keys(NEW_USER_FIELDS).map((field): Attempt => ({
      caller,
      target: "/user/new",
      body: { [field]: field === "user_id" ? "new" : VALUES[field] },
      isAllowed: false,
    })),
    { caller, target: "/user/delete", body: { user_ids: ["bob"] }, isAllowed: false },
  ]);
  expect(await wrongOf(api, tenants, attempts)).toEqual([]);
});

test("keys for others, and blocks, are refused to those whose business they are not", async () => {
  const api = await startApi();
  const tenants = await makeTenants(api);
  const { ids } = tenants;
  const attempts = CALLERS.flatMap((caller): readonly Attempt[] => [
    {
      caller,
      target: "/key/generate",
      body: { user_id: "cid", team_id: "blue" },
      isAllowed: caller === "cid",
    },
    { caller, target: "/key/generate", body: { user_id: "eve" }, isAllowed: false },
    {
      caller,
      target: "/key/service-account/generate",
      body: { team_id: "blue" },
      isAllowed: caller === "cid",
    },
    { caller, target: "/key/generate", body: { team_id: "red", user_id: "cid" }, isAllowed: false },
    { caller, target: "/key/block", body: { key: ids.bobs }, isAllowed: false },
    { caller, target: "/key/block", body: { key: ids.bobsOfRed }, isAllowed: caller === "ann" },
    { caller, target: "/key/delete", body: { keys: [ids.cids] }, isAllowed: caller === "cid" },
    {
      caller,
      target: "/key/regenerate",
      body: { key: ids.bobsOfRed },
      isAllowed: caller === "ann" || caller === "bob",
    },
    {
      caller,
      target: "/team/member_add",
      body: { team_id: "red", member: { user_id: "dan" } },
      isAllowed: caller === "ann",
    },
    {
      caller,
      target: "/team/member_update",
      body: { team_id: "red", user_id: "bob", role: "admin" },
      isAllowed: caller === "ann",
    },
    {
      caller,
      target: "/team/member_delete",
      body: { team_id: "blue", user_id: "cid" },
      isAllowed: false,
    },
  ]);
  // Who is left out of a team in the last step would not be its admin any more.
  const asked = attempts.filter(
    ({ caller, target }) => !(caller === "cid" && target === "/team/member_delete"),
  );
  expect(await wrongOf(api, tenants, asked)).toEqual([]);
});

test("a key of no admin may not be given more than the key that makes it", async () => {
  const api = await startApi();
  await makeTenants(api);
  const { json: narrow } = await api.post("/key/generate", {
    user_id: "bob",
    models: ["chat", "qwen"],
    allowed_routes: ["/key/generate", "/v1/chat/completions"],
  });
  const generate = (body: object) => api.post("/key/generate", body, { key: narrow.key });
  expect((await generate({ models: ["chat"], allowed_routes: ["/v1/chat/completions"] })).status).toBe(200);
  for (const [field, body] of [
    ["models", { allowed_routes: ["/key/generate"] }],
    ["models", { models: ["chat", "llama"], allowed_routes: ["/key/generate"] }],
    ["models", { models: ["all-proxy-models"], allowed_routes: ["/key/generate"] }],
    ["allowed_routes", { models: ["chat"] }],
    ["allowed_routes", { models: ["chat"], allowed_routes: ["management_routes"] }],
  ] as const) {
    const { json, status } = await generate(body);
    expect([body, status, json.error.param]).toEqual([body, 403, field]);
  }
  // A route that is not listed is closed to it.
  expect((await api.get("/key/list", { key: narrow.key })).status).toBe(403);
  expect((await api.get("/key/info", { key: narrow.key })).status).toBe(200);
});

test("a deleted key is shown by its id, to those who might see it before", async () => {
  const api = await startApi();
  const { ids, secrets } = await makeTenants(api);
  await api.post("/key/delete", { keys: [ids.bobs] });
  const info = (key: string, id: string = ids.bobs) => api.get(`/key/info?key=${id}`, { key });
  for (const key of [MASTER_KEY, secrets.dan])
    expect((await info(key)).json).toMatchObject({
      key: ids.bobs,
      info: { token: ids.bobs, status: "deleted" },
    });
  const others = await info(secrets.cid);
  expect([others.status, others.text]).toEqual([404, (await info(secrets.cid, "key-none")).text]);
  expect((await api.post("/key/update", { key: ids.bobs, rpm_limit: 1 })).status).toBe(404);
});

test("what an answer holds, sent back as a request, changes nothing that is not the sender's", async () => {
  const api = await startApi();
  const { ids, secrets } = await makeTenants(api);
  const info = await api.get(`/key/info?key=${ids.bobs}`, { key: secrets.bob });
  const back = await api.post("/key/update", { key: ids.bobs, ...info.json.info }, { key: secrets.bob });
  expect(back.status).toBe(403);
  const forged = await api.post("/key/generate", {
    ...info.json.info,
    key_alias: null,
    created_by: "cid",
    created_at: "1999-01-01",
    token: "key-mine",
    hashes: [{ digest: "x" }],
    version: 7,
  });
  expect(forged.json).toMatchObject({ created_by: "master_key", created_at: "2026-01-31T12:00:00.000Z" });
  expect(forged.json.token).not.toBe("key-mine");
  expect(forged.headers.get("x-rollcall-ignored-fields")).toContain("hashes");
});

test("an owner's field that is left out stays; null clears it; his user he cannot leave", async () => {
  const api = await startApi();
  const { ids, secrets } = await makeTenants(api);
  await api.post("/key/update", { key: ids.bobs, metadata: { a: 1 } }, { key: secrets.bob });
  await api.post("/key/update", { key: ids.bobs, tags: ["x"] }, { key: secrets.bob });
  expect(api.directory.key(ids.bobs)).toMatchObject({ metadata: { a: 1 }, tags: ["x"], user: "bob" });
  await api.post("/key/update", { key: ids.bobs, metadata: null }, { key: secrets.bob });
  expect(api.directory.key(ids.bobs)?.metadata).toEqual({});
  const left = await api.post("/key/update", { key: ids.bobs, user_id: null }, { key: secrets.bob });
  expect(left.status).toBe(403);
});

const READS = [
  ...["anns", "bobs", "bobsOfRed", "robots", "cids"].map((whose) => `/key/info?key={${whose}}`),
  "/key/list?return_full_object=true&size=100&include_team_keys=true",
  "/key/list?return_full_object=true&user_id=cid",
  "/key/list?return_full_object=true&team_id=blue",
  "/key/aliases",
  "/team/info?team_id=blue",
  "/team/list",
  "/team/list?user_id=cid",
  "/v2/team/list?team_alias=blue-secret-name",
  "/user/info?user_id=cid",
  "/v2/user/info?user_id=cid",
  "/user/list",
  "/user/list?user_ids=cid",
  "/audit",
  "/audit/verify",
];

test("nothing of one tenant stands in any answer to another, and what is hidden looks like what is not there", async () => {
  const api = await startApi();
  const { ids, secrets } = await makeTenants(api);
  const ofBlue = [ids.cids, "cid-secret-alias", "blue-secret-name", "cid@example.com"];
  for (const caller of ["ann", "bob", "eve", "robot", "app", "reader"] as const)
    for (const read of READS) {
      const target = read.replace(/\{(\w+)\}/, (_, whose: keyof Tenants["ids"]) => ids[whose]);
      const { text, status } = await api.get(target, { key: secrets[caller] });
      for (const secret of ofBlue) if (status !== 404) expect(text).not.toContain(secret);
    }
  const hidden = await api.get(`/key/info?key=${ids.cids}`, { key: secrets.bob });
  const absent = await api.get(`/key/info?key=key-none`, { key: secrets.bob });
  expect([hidden.status, hidden.text]).toEqual([absent.status, absent.text]);
});

test("a key that calls models reaches nothing but what is known of itself, whoever's it is", async () => {
  const api = await startApi();
  const { ids, secrets } = await makeTenants(api);
  expect((await api.get("/key/info", { key: secrets.app })).json.info.key_type).toBe("llm_api");
  expect((await api.get(`/key/info?key=${ids.bobs}`, { key: secrets.app })).status).toBe(404);
  const unknown = await api.get("/no/such/route", { key: secrets.app });
  for (const target of ["/key/list", "/team/list", "/user/list", "/audit"]) {
    const { status, text } = await api.get(target, { key: secrets.app });
    expect([status, text]).toEqual([404, unknown.text]);
  }
  expect((await api.post("/key/generate", {}, { key: secrets.app })).status).toBe(404);
  expect((await api.post("/key/generate", {}, { key: secrets.reader })).status).toBe(403);
});
