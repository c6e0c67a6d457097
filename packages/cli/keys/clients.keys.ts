import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { noteVersion } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MASTER, Site } from "./site.ts";

const LITELLM = "1.110.2";
const run = promisify(execFile);
const venv = mkdtempSync(path.join(os.tmpdir(), "rollcall-litellm-"));
const python = path.join(venv, "bin/python");

let site: Site;
let absent: string | null = null;
beforeAll(async () => {
  site = await Site.open({ gateways: [1] });
  absent = await install();
  if (absent !== null) process.stdout.write(`LiteLLM's clients are not tried: ${absent}\n`);
}, 600_000);
afterAll(async () => {
  await site.close();
  rmSync(venv, { recursive: true, force: true });
});

/** Null, or why it cannot be. */
async function install(): Promise<string | null> {
  try {
    await run("python3", ["-m", "venv", venv]);
    await run(python, ["-m", "pip", "install", "-q", "--disable-pip-version-check", "uv==0.13.9"]);
    const packages = [`litellm==${LITELLM}`, "rich", "click", "requests"];
    await run(python, ["-m", "uv", "pip", "install", "-q", "--python", python, ...packages]);
    return null;
  } catch (fault) {
    return String(fault).split("\n")[0] ?? "";
  }
}

const env = () => ({
  PATH: process.env["PATH"] ?? "",
  BASE_URL: site.url,
  API_KEY: MASTER,
  LITELLM_PROXY_URL: site.url,
  LITELLM_PROXY_API_KEY: MASTER,
  LITELLM_LOCAL_MODEL_COST_MAP: "True",
});

interface Said {
  readonly call: string;
  // What a test looks into as deep as it likes.
  readonly gave: ReturnType<typeof JSON.parse>;
}

describe("LiteLLM's own", () => {
  test("client in Python works as it is", async ({ task, skip }) => {
    skip(absent !== null, absent ?? "");
    const { stdout } = await run(python, [path.join(import.meta.dirname, "litellm_client.py")], {
      env: env(),
    });
    noteVersion(task, ["PyPI litellm", LITELLM]);
    const said = new Map(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Said)
        .map(({ call, gave }) => [call, gave]),
    );
    expect(said.get("generate")).toMatchObject({
      key_alias: "of-the-client",
      models: ["chat"],
      expires: expect.any(String),
    });
    expect(said.get("list").keys).toHaveLength(1);
    expect(said.get("info").info).toMatchObject({
      key_alias: "of-the-client",
      models: ["chat"],
      blocked: false,
    });
    expect(said.get("info again").info.models).toEqual(["chat", "other"]);
    expect(said.get("users.create")).toMatchObject({ user_id: "of-the-client" });
    expect(said.get("users.get")).toMatchObject({ user_id: "of-the-client" });
    expect(JSON.stringify(said.get("models"))).toContain('"chat"');
    expect(said.get("delete").deleted_keys).toHaveLength(1);
    expect(said.get("list again").keys).toEqual([]);
  });

  test("command line works as it is", async ({ skip }) => {
    skip(absent !== null, absent ?? "");
    const cli = path.join(venv, "bin/litellm-proxy");
    if (!existsSync(cli)) throw new Error("litellm-proxy is not part of that version");
    const keys = async (...args: string[]) => (await run(cli, ["keys", ...args], { env: env() })).stdout;
    const made = await keys("generate", "--models", "chat", "--key-alias", "of-the-command-line");
    expect(made).toMatch(/sk-[\w-]{43}/);
    expect(await keys("list", "--return-full-object", "--format", "json")).toContain("of-the-command-line");
    expect(await keys("delete", "--key-aliases", "of-the-command-line")).toContain("of-the-command-line");
    expect(await keys("list", "--return-full-object", "--format", "json")).not.toContain(
      "of-the-command-line",
    );
  });
});

/** As the provider of Terraform sends it: the key twice, and who changes something. */
async function terraform(method: string, route: string, body?: object) {
  const answer = await fetch(site.url + route, {
    method,
    headers: {
      "x-api-key": MASTER,
      authorization: `Bearer ${MASTER}`,
      "litellm-changed-by": "terraform",
      "content-type": "application/json",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: JSON.parse(text) };
}

describe("the calls of Terraform's provider", () => {
  test("make, read, change and destroy a team and its key, and what was stored is what is read", async () => {
    const team = {
      team_id: "tf-team",
      team_alias: "terraform",
      models: ["chat"],
      rpm_limit: 60,
      metadata: { owner: "ops" },
    };
    expect((await terraform("POST", "/team/new", team)).json).toMatchObject(team);
    expect((await terraform("GET", "/team/info?team_id=tf-team")).json.team_info).toMatchObject(team);
    const wanted = {
      key_alias: "tf-key",
      team_id: "tf-team",
      models: ["chat"],
      rpm_limit: 6,
      max_parallel_requests: 2,
      metadata: { env: "prod" },
      tags: ["a"],
    };
    const made = await terraform("POST", "/key/generate", wanted);
    expect(made.json).toMatchObject(wanted);
    const id = made.json.token_id as string;
    // The plan after an apply is empty: what is read is what was written.
    expect((await terraform("GET", `/key/info?key=${id}`)).json.info).toMatchObject(wanted);
    const changed = { ...wanted, rpm_limit: 12, blocked: true };
    await terraform("POST", "/key/update", { key: id, ...changed });
    expect((await terraform("GET", `/key/info?key=${id}`)).json.info).toMatchObject(changed);
    await terraform("POST", "/team/update", { ...team, rpm_limit: 120 });
    expect((await terraform("GET", "/team/info?team_id=tf-team")).json.team_info).toMatchObject({
      ...team,
      rpm_limit: 120,
    });
    expect((await terraform("POST", "/key/delete", { keys: [id] })).json).toEqual({ deleted_keys: [id] });
    expect((await terraform("POST", "/team/delete", { team_ids: ["tf-team"] })).status).toBe(200);
    // The provider knows by these words that something is gone.
    for (const route of ["/team/info?team_id=tf-team", "/key/info?key=key-never-made"]) {
      const gone = await terraform("GET", route);
      expect([gone.status, /not found/i.test(gone.text)]).toEqual([404, true]);
    }
  });
});
