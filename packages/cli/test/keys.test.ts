import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readDocument } from "./documents.ts";
import { eventually, RunningCommand, temporary } from "./harness.ts";

const MASTER = "sk-master-of-this-test";
const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

const CONFIG = (backend: string) => `model_list:
  - model_name: coder
    litellm_params: {model: openai/served, api_base: "${backend}", api_key: sk-backend}
  - model_name: small
    litellm_params: {model: openai/served, api_base: "${backend}", api_key: sk-backend}
  - model_name: broken
    litellm_params: {model: openai/served, api_base: "http://127.0.0.1:9", api_key: sk-backend}
  - model_name: broken-too
    litellm_params: {model: openai/served, api_base: "http://127.0.0.1:9", api_key: sk-backend}
router_settings: {fallbacks: [{broken: [small, coder]}, {broken-too: [small]}]}
general_settings: {master_key: ${MASTER}}
rollcall: {keys: {enabled: true, cut_on_revoke: true}, state: {file: state.json}, gateway: {drain: 1s}}
`;

let backend: Simulator;
const pair = { gateway: "", out: () => "" };
let command: RunningCommand | null = null;
let files: ReturnType<typeof temporary>;
/** Every secret that was handed out: none of them may be found anywhere else. */
const secrets: string[] = [];

beforeAll(async () => {
  backend = await startSimulator({ servedNames: ["served"], apiKeys: ["sk-backend"] });
  files = temporary({ "config.yaml": CONFIG(backend.url) });
  const ports = ["--port", "0", "--prober-port", "0", "--control-port", "0"];
  const started = new RunningCommand([
    "up",
    "--config",
    files.path("config.yaml"),
    "--workers",
    "2",
    ...ports,
  ]);
  command = started;
  // Five processes, on a machine that others may use too.
  [, pair.gateway = ""] = await started.sees(/"service":"gateway","address":"([^"]+)"/, 45_000);
  pair.out = () => started.out;
  await eventually(async () => {
    const text = await (await fetch(`${pair.gateway}/readyz?verbose`)).text();
    return text.includes("coder: 1 ready") && text.includes("virtual keys, heard from control");
  }, 45_000);
}, 100_000);

afterAll(async () => {
  await command?.stop();
  await backend.close();
  files.remove();
});

async function admin(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(pair.gateway + path, {
    method: "POST",
    headers: { authorization: `Bearer ${MASTER}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  expect([response.status, answer]).toEqual([200, answer]);
  return answer;
}

interface Made {
  readonly key: string;
  readonly id: string;
}

/** A key that every worker knows. */
async function makeKey(fields: object = {}): Promise<Made> {
  const { key, token_id: id } = await admin("/key/generate", fields);
  secrets.push(String(key));
  const made = { key: String(key), id: String(id) };
  await untilEveryWorker(made.key, 200);
  return made;
}

/** Each connection is another worker's, or may be: as many agree as make it certain. */
async function untilEveryWorker(key: string, status: number): Promise<void> {
  await eventually(async () => {
    const asked = await Promise.all(Array.from({ length: 16 }, () => models(key)));
    return asked.every((one) => one.status === status);
  });
}

function models(key: string): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, connection: "close" };
  return fetch(`${pair.gateway}/v1/models`, { headers });
}

async function listed(key: string): Promise<readonly string[]> {
  const { data } = (await (await models(key)).json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
}

async function chat(key: string, fields: object = {}): Promise<Response> {
  return fetch(`${pair.gateway}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "coder",
      messages: [{ role: "user", content: "Hi" }],
      max_tokens: 3,
      ...fields,
    }),
  });
}

async function errorOf(response: Response): Promise<{ status: number; type: string }> {
  const { error } = (await response.json()) as { error?: { type: string } };
  return { status: response.status, type: error?.type ?? "" };
}

test("the commands of the page do what the page says", async () => {
  const blocks = [...readDocument("packages/docs/keys.md").matchAll(/^```sh\n(.*?)^```/gms)].map(
    ([, text = ""]) => text,
  );
  expect(blocks).toHaveLength(4);
  const script = blocks
    .map((block) => `${block}\necho; echo "-- end of block"\n`)
    .join("")
    .replaceAll("http://127.0.0.1:4000", pair.gateway)
    .replaceAll("npm run -s rollcall --", `${process.execPath} ${MAIN}`);
  const { out, err, code } = await shell(`set -eu\n${script}\necho "$KEY"`);
  const [made = "", used = "", refused = "", ended = "", key = ""] = out.split("-- end of block\n");
  secrets.push(key.trim());
  expect({ code, err }).toMatchObject({ code: 0 });
  expect(made).toMatch(/search-web +search +- +coder +2 +2 +never +active/);
  expect(used).toContain('"content":');
  expect(used).toContain('"id":"coder"');
  expect(used).not.toContain('"id":"small"');
  expect(used).toContain('"key_alias":"search-web"');
  expect(refused).toContain("rate_limit_exceeded");
  expect(ended).toMatch(
    /search-web is blocked\.\n\{"error".*token_not_found_in_db.*\}search-web is deleted\.\n/s,
  );
}, 60_000);

function shell(script: string): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn("bash", ["-c", script], {
    // With a socket there it takes itself for a remote shell, and reads the files of whoever runs this.
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], LITELLM_MASTER_KEY: MASTER },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (piece: Buffer) => (out += piece.toString("utf8")));
  child.stderr.on("data", (piece: Buffer) => (err += piece.toString("utf8")));
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, out, err }));
  });
}

describe("a key", () => {
  test("calls and sees what it may, and nothing else", async () => {
    const { key } = await makeKey({ models: ["coder"], aliases: { "gpt-4": "coder" } });
    expect(await listed(key)).toEqual(["coder"]);
    const answer = await chat(key, { model: "gpt-4" });
    expect([answer.status, ((await answer.json()) as { model: string }).model]).toEqual([200, "gpt-4"]);
    for (const model of ["small", "no-such-model"])
      expect(await errorOf(await chat(key, { model }))).toEqual({
        status: 403,
        type: "key_model_access_denied",
      });
  });

  test("falls back on what it may call alone", async () => {
    const { key } = await makeKey({ models: ["broken*", "coder"] });
    const answer = await chat(key, { model: "broken" });
    expect([answer.status, answer.headers.get("x-rollcall-deployment")]).toEqual([
      200,
      expect.stringMatching(/^coder/),
    ]);
    expect((await chat(key, { model: "broken-too" })).status).toBe(503);
    expect((await chat(MASTER, { model: "broken-too" })).status).toBe(200);
  });

  test("has less than its team, whatever it lists", async () => {
    const { team_id: team } = await admin("/team/new", { team_alias: "of small", models: ["small"] });
    const { key } = await makeKey({ team_id: team, models: ["coder", "small"].slice(1) });
    expect(await listed(key)).toEqual(["small"]);
    await admin("/team/update", { team_id: team, models: ["coder"] });
    await eventually(
      async () => (await errorOf(await chat(key, { model: "small" }))).type === "team_model_access_denied",
    );
  });

  test.each([
    ["llm_api", 200, 404],
    ["management", 403, 200],
    ["read_only", 403, 403],
  ])("of type %s gets %i for a chat and %i for another key", async (type, ofChat, ofKey) => {
    const { key } = await makeKey({ key_type: type, user_id: `admin-${type}` });
    expect((await chat(key)).status).toBe(ofChat);
    expect(
      (await fetch(`${pair.gateway}/key/info`, { headers: { authorization: `Bearer ${key}` } })).status,
    ).toBe(200);
    const made = await fetch(`${pair.gateway}/key/generate`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: "{}",
    });
    if (made.status === 200) secrets.push(((await made.json()) as { key: string }).key);
    expect([made.status, type]).toEqual([ofKey, type]);
  });
});

describe("a revoked key", () => {
  test.each([
    ["deleted", "/key/delete", ({ id }: Made) => ({ keys: [id] })],
    ["blocked", "/key/block", ({ id }: Made) => ({ key: id })],
  ])(
    "that is %s is refused by every worker within a second, and its stream ends",
    async (_how, path, body) => {
      const made = await makeKey();
      const running = await chat(made.key, { stream: true, max_tokens: 2_000 });
      await admin(path, body(made));
      const began = performance.now();
      await untilEveryWorker(made.key, 401);
      expect(performance.now() - began).toBeLessThan(1_000);
      expect(await running.text()).toMatch(/key_revoked|\[DONE\]/);
    },
  );

  test("goes on by its old secret for as long as was said, and no longer", async () => {
    const made = await makeKey();
    const rotated = await admin(`/key/${made.id}/regenerate`, { grace_period: "2s" });
    secrets.push(String(rotated["key"]));
    await untilEveryWorker(String(rotated["key"]), 200);
    expect((await models(made.key)).status).toBe(200);
    await eventually(async () => (await models(made.key)).status === 401);
    expect((await models(String(rotated["key"]))).status).toBe(200);
  });
});

test("no secret and no digest of one is in any file, log line, metric or answer", async () => {
  const { key } = await makeKey();
  await chat(key, { model: "no-such-model" });
  await models("sk-nobody-has-this-one-either-0000000");
  const texts = [
    pair.out(),
    await (await fetch(`${pair.gateway}/metrics`)).text(),
    await (await fetch(`${pair.gateway}/readyz?verbose`)).text(),
    await (
      await fetch(`${pair.gateway}/key/list?return_full_object=true&size=100`, {
        headers: { authorization: `Bearer ${MASTER}` },
      })
    ).text(),
    ...filesBelow(files.path("control"), (name) => !name.startsWith("keys.sqlite")),
    readFileSync(files.path("state.json"), "latin1"),
  ];
  const digests = secrets.flatMap((secret) =>
    (["hex", "base64url", "base64"] as const).map((form) => createHash("sha256").update(secret).digest(form)),
  );
  const found = [...secrets, ...digests, MASTER].filter((one) => texts.some((text) => text.includes(one)));
  expect(found).toEqual([]);
  // The database has digests, and no secret.
  const database = filesBelow(files.path("control"), (name) => name.startsWith("keys.sqlite")).join("");
  expect([...secrets, MASTER].filter((one) => database.includes(one))).toEqual([]);
  expect(statSync(files.path("control")).mode & 0o777).toBe(0o700);
});

function filesBelow(directory: string, isMeant: (name: string) => boolean): readonly string[] {
  return readdirSync(directory)
    .filter((name) => !name.endsWith(".sock") && isMeant(name))
    .map((name) => readFileSync(`${directory}/${name}`, "latin1"));
}
