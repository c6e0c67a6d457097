import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { ANSWER_PARTS, ANSWERS } from "../src/api/answers.ts";
import { ADMIN_ROUTES } from "../src/api/routes.ts";
import { startApi, type Api } from "./api.ts";

/** One exchange of a golden file: what was sent, and the whole answer. */
type Step = readonly [
  method: "GET" | "POST" | "PATCH",
  target: string,
  body?: object | undefined,
  key?: string,
];

const CHOSEN = "sk-chosen-by-a-person-0123456789abcdef";

/** Each file is one conversation with an empty store: its steps see what those before them did. */
const CONVERSATIONS: Readonly<Record<string, readonly Step[]>> = {
  keys: [
    ["POST", "/key/generate", {}],
    [
      "POST",
      "/key/generate",
      {
        key_alias: "app",
        key: CHOSEN,
        duration: "30d",
        models: ["chat", "qwen/*"],
        aliases: { gpt: "chat" },
        rpm_limit: 60,
        max_parallel_requests: 5,
        model_rpm_limit: { chat: 10 },
        model_max_parallel_requests: { chat: 2 },
        metadata: { owner: "söme <b>one</b>" },
        tags: ["prod"],
        user_id: "ann",
        key_type: "llm_api",
        allowed_routes: ["/v1/chat/completions"],
        send_invite_email: true,
        max_budget: null,
        spend: 0,
      },
    ],
    ["GET", `/key/info?key=${CHOSEN}`],
    ["GET", "/key/info", undefined, CHOSEN],
    ["POST", "/key/info", { key: CHOSEN }],
    ["POST", "/key/update", { key: CHOSEN, rpm_limit: 120, max_parallel_requests: null, metadata: null }],
    ["POST", "/key/update", { key_alias: "app", duration: "-1" }],
    ["POST", "/key/block", { key: CHOSEN }],
    ["POST", "/key/unblock", { key: CHOSEN }],
    ["POST", "/key/regenerate", { key: CHOSEN, grace_period: "1h" }],
    ["POST", `/key/${CHOSEN}/regenerate`, { new_key: `${CHOSEN}-2`, models: [] }],
    ["GET", "/key/list"],
    ["GET", "/key/list?return_full_object=true&size=1&page=2&sort_by=key_alias&sort_order=asc"],
    ["GET", "/key/aliases"],
    ["POST", "/key/delete", { key_aliases: ["app"] }],
    ["GET", "/key/list?status=deleted"],
  ],
  "keys-refused": [
    ["POST", "/key/generate", { key_alias: "one" }],
    ["POST", "/key/generate", { key_alias: "one" }],
    ["POST", "/key/generate", { key: "sk-short" }],
    ["POST", "/key/generate", { key: "sk-master" }],
    ["POST", "/key/generate", { duration: "soon" }],
    ["POST", "/key/generate", { team_id: "none" }],
    ["POST", "/key/generate", { rpm_limit: -1 }],
    ["POST", "/key/generate", { key_type: "root" }],
    ["POST", "/key/generate", { max_budget: 10 }],
    ["POST", "/key/generate", { tpm_limit: 1000 }],
    ["POST", "/key/generate", { guardrails: ["pii"] }],
    ["POST", "/key/update", { rpm_limit: 1 }],
    ["POST", "/key/update", { key: "key-none" }],
    ["POST", "/key/delete", {}],
    ["POST", "/key/delete", { keys: ["key-none"] }],
    ["GET", "/key/info?key=key-none"],
    ["GET", "/key/info"],
    ["GET", "/key/list?size=101"],
    ["GET", "/key/list?sort_by=hash"],
    ["POST", "/key/service-account/generate", {}],
    ["POST", "/key/block", {}],
    ["POST", "/key/regenerate", { key: "key-none" }],
    ["POST", "/key/key-none/reset_spend", { reset_to: 0 }],
    ["POST", "/budget/new", {}],
    ["GET", "/key/unheard-of"],
    ["GET", "/key/list", undefined, "sk-nobody-has-made-this-key"],
  ],
  teams: [
    [
      "POST",
      "/team/new",
      {
        team_id: "red",
        team_alias: "Red",
        models: ["chat"],
        rpm_limit: 600,
        team_member_rpm_limit: 60,
        members_with_roles: [
          { role: "admin", user_id: "ann" },
          { role: "user", user_email: "bob@example.com" },
        ],
      },
    ],
    ["POST", "/team/new", { team_id: "red" }],
    ["POST", "/team/update", { team_id: "red", rpm_limit: 300, model_aliases: { gpt: "chat" } }],
    ["PATCH", "/team/red", { team_alias: "Reds" }],
    ["POST", "/team/update", { team_id: "none" }],
    ["POST", "/team/member_add", { team_id: "red", member: { role: "user", user_id: "cid" } }],
    ["POST", "/team/member_add", { team_id: "red", member: [{ user_id: "cid" }] }],
    ["POST", "/team/member_update", { team_id: "red", user_id: "cid", role: "admin", rpm_limit: 5 }],
    ["POST", "/key/service-account/generate", { team_id: "red", key_alias: "robot" }],
    ["POST", "/key/generate", { team_id: "red", user_id: "cid" }],
    ["GET", "/team/info?team_id=red"],
    ["GET", "/team/list"],
    ["GET", "/v2/team/list?page_size=1"],
    ["POST", "/team/block", { team_id: "red" }],
    ["POST", "/team/unblock", { team_id: "red" }],
    ["POST", "/team/member_delete", { team_id: "red", user_id: "cid" }],
    ["POST", "/team/member_delete", { team_id: "red", user_id: "cid" }],
    ["POST", "/team/delete", { team_ids: ["red"] }],
    ["GET", "/team/info?team_id=red"],
    ["GET", "/key/list"],
  ],
  users: [
    ["POST", "/team/new", { team_id: "red" }],
    [
      "POST",
      "/user/new",
      {
        user_id: "ann",
        user_email: "Ann@example.com",
        user_alias: "Ann",
        user_role: "proxy_admin_viewer",
        teams: ["red"],
        rpm_limit: 10,
        models: ["chat"],
      },
    ],
    ["POST", "/user/new", { user_id: "ann" }],
    ["POST", "/user/new", { user_email: "ann@EXAMPLE.com" }],
    ["POST", "/user/new", { user_id: "bob", auto_create_key: false }],
    ["POST", "/user/update", { user_email: "ann@example.com", user_alias: null, rpm_limit: 20 }],
    ["POST", "/user/update", { user_id: "none" }],
    ["GET", "/user/info?user_id=ann"],
    ["GET", "/v2/user/info?user_id=ann"],
    ["GET", "/user/list"],
    ["GET", "/user/list?role=proxy_admin_viewer&user_email=ann"],
    ["POST", "/user/delete", { user_ids: ["ann"] }],
    ["GET", "/user/info?user_id=ann"],
  ],
  audit: [
    ["POST", "/key/generate", { key_alias: "app", models: ["chat"] }],
    ["POST", "/key/update", { key_alias: "app", models: [] }],
    ["POST", "/key/delete", { key_aliases: ["app"] }],
    ["GET", "/audit"],
    ["GET", "/audit?sort_order=asc&page_size=1"],
    ["GET", "/audit/verify"],
  ],
};

test.each(Object.entries(CONVERSATIONS))("%s are answered as the golden file has it", async (name, steps) => {
  const api = await startApi();
  const lines: string[] = [];
  for (const [method, target, body, key] of steps) {
    const reply = await api.request(method, target, {
      ...(body === undefined ? {} : { body }),
      ...(key === undefined ? {} : { key }),
    });
    if (reply.status === 200)
      expect([target, answerFault(method, target, reply.json)]).toEqual([target, null]);
    lines.push(
      `${method} ${target}${key === undefined ? "" : ` (as ${key})`}`,
      ...(body === undefined ? [] : [JSON.stringify(body)]),
      `${reply.status}${headersIn(reply)}`,
      JSON.stringify(reply.json, null, 2),
      "",
    );
    api.clock.step(1_000);
  }
  await expect(lines.join("\n")).toMatchFileSnapshot(`golden/${name}.txt`);
});

const routeOf = (method: string, target: string) =>
  ADMIN_ROUTES.find(
    (route) =>
      route.method === method &&
      new RegExp(`^${route.path.replaceAll(/:\w+/g, "[^/]+")}$`).test(target.split("?")[0] ?? ""),
  );

const ajv = new Ajv({ allowUnionTypes: true, formats: { "date-time": true } });
for (const [name, part] of Object.entries(ANSWER_PARTS)) ajv.addSchema(part, name);

/** Why it is not what `/openapi.json` says that the route answers; null where it is. */
function answerFault(method: string, target: string, answer: unknown): string | null {
  const schema = ANSWERS[routeOf(method, target)?.path ?? ""];
  if (schema === undefined) return "no schema";
  const placed = JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", "")) as object;
  return ajv.validate(placed, answer) ? null : ajv.errorsText();
}

test("every route stands in a golden file", () => {
  const targets = Object.values(CONVERSATIONS)
    .flat()
    .map(([method, target]) => `${method} ${target.split("?")[0]}`);
  const missing = ADMIN_ROUTES.filter(({ method, path }) => {
    const pattern = new RegExp(`^${method} ${path.replaceAll(/:\w+/g, "[^/]+")}$`);
    return !targets.some((target) => pattern.test(target));
  });
  expect(missing.map(({ path }) => path)).toEqual([]);
});

test("the description of the API is OpenAPI 3.1, of the schemas that requests are held against", async () => {
  const api = await startApi();
  const { json } = await api.get("/openapi.json", { key: null });
  await expect(JSON.stringify(json, null, 2)).toMatchFileSnapshot("golden/openapi.txt");
  expect(Object.keys(json.paths).length).toBeGreaterThan(25);
});

function headersIn({ headers }: Awaited<ReturnType<Api["get"]>>): string {
  const shown = ["www-authenticate", "retry-after", "x-rollcall-ignored-fields"];
  return shown.flatMap((name) => (headers.has(name) ? [` ${name}: ${headers.get(name)}`] : [])).join("");
}
