import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { KEYS, type AccessRecord, type KeySnapshot } from "@rollcall/contract";
import { StartError } from "@rollcall/runtime";
import { parseSnapshot } from "@rollcall/snapshot";
import { until } from "@rollcall/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { startControl } from "../src/index.ts";
import { writeConfig } from "./config.ts";
import { askSocket, controlToken, makeSite, runningControl, type Site } from "./site.ts";

async function post(url: string, target: string, body: object) {
  const response = await fetch(`${url}${target}`, {
    method: "POST",
    headers: { authorization: "Bearer sk-master", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it as they expect it
  return { status: response.status, json: (await response.json()) as any };
}

/** The key set as a gateway of this host reads it. */
async function keySet(site: Site): Promise<KeySnapshot> {
  const { text } = await askSocket(site, { target: "/keys/state", token: controlToken(site) });
  const parsed = parseSnapshot<KeySnapshot, AccessRecord>(KEYS, text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

test("a key that was made is in the key set, is there after a restart, and a gateway that follows hears of its end at once", async () => {
  const site = makeSite();
  const control = await runningControl(site);
  const { json } = await post(control.url, "/key/generate", { key_alias: "app", rpm_limit: 60 });
  expect((await keySet(site)).records).toMatchObject([{ kind: "key", id: json.token, limits: { rpm: 60 } }]);
  expect(await control.stop()).toBe(0);
  expect(existsSync(site.files.socket)).toBe(false);

  const again = await runningControl(site);
  expect((await keySet(site)).records).toMatchObject([{ id: json.token }]);
  let heard = "";
  const following = request(
    {
      socketPath: site.files.socket,
      path: "/keys/state",
      headers: { authorization: `Bearer ${controlToken(site)}`, accept: "text/event-stream" },
    },
    (response) => response.setEncoding("utf8").on("data", (piece: string) => (heard += piece)),
  );
  following.on("error", () => {});
  following.end();
  await until(() => heard.includes(json.token));
  heard = "";
  await post(again.url, "/key/block", { key: json.token });
  await until(() => heard.includes('"blocked":true'), 1_000);
  await post(again.url, "/key/delete", { keys: [json.token] });
  await until(() => heard.includes(`"removed":["key:${json.token}"]`), 1_000);
  following.destroy();
});

test("what it keeps and its socket are this user's alone", async () => {
  const site = makeSite();
  await runningControl(site);
  const { database, directory, socket, token } = site.files;
  const modes = [directory, socket, token, database].map((file) => statSync(file).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
});

describe("the key set and the ledger", () => {
  test("are for the control token alone, on the socket alone", async () => {
    const site = makeSite();
    const control = await runningControl(site);
    const { json } = await post(control.url, "/key/generate", {});
    for (const token of [null, "sk-master", json.key as string])
      for (const target of ["/keys/state", "/store/backup?file=/tmp/x"]) {
        const method = target.startsWith("/store") ? "POST" : "GET";
        expect((await askSocket(site, { target, token, method })).status).toBe(401);
      }
    const overTcp = await fetch(`${control.url}/keys/state`, {
      headers: { authorization: `Bearer ${controlToken(site)}` },
    });
    expect(overTcp.status).toBe(404);
    // The token of gateways manages no keys.
    expect((await askSocket(site, { target: "/key/list", token: controlToken(site) })).status).toBe(401);
    expect((await askSocket(site, { target: "/key/list", token: "sk-master" })).status).toBe(200);
  });

  test("are opened by the config's own token where it has one, and by no other then", async () => {
    const site = makeSite({ control: { port: 0, token: "file/token-of-gateways" } });
    writeFileSync(path.join(site.directory, "token-of-gateways"), "a-token-of-our-own\n");
    await runningControl(site);
    const asked = (token: string) => askSocket(site, { target: "/keys/state", token });
    expect((await asked("a-token-of-our-own")).status).toBe(200);
    expect((await asked(controlToken(site))).status).toBe(401);
  });
});

test("it is backed up and restored while it runs, and the audit log says so", async () => {
  const site = makeSite();
  const control = await runningControl(site);
  await post(control.url, "/key/generate", { key_alias: "kept" });
  const file = path.join(site.directory, "backup");
  const command = (name: string, of: string) =>
    askSocket(site, {
      method: "POST",
      target: `/store/${name}?file=${encodeURIComponent(of)}`,
      token: controlToken(site),
    });
  expect(await command("backup", file)).toMatchObject({ status: 200 });
  expect(await command("backup", file)).toMatchObject({ status: 409 });
  expect(await command("backup", "relative")).toMatchObject({ status: 409 });
  await post(control.url, "/key/generate", { key_alias: "lost" });
  expect(await command("restore", `${file}-none`)).toMatchObject({ status: 409 });
  expect((await keySet(site)).records.length).toBe(2);
  expect(await command("restore", file)).toMatchObject({ status: 200 });
  expect((await keySet(site)).records.length).toBe(1);
  expect((await post(control.url, "/key/generate", { key_alias: "lost" })).status).toBe(200);
  const audit = await fetch(`${control.url}/audit?page_size=2`, {
    headers: { authorization: "Bearer sk-master" },
  });
  expect(((await audit.json()) as { audit_logs: unknown[] }).audit_logs).toMatchObject([
    { action: "POST /key/generate" },
    { action: "restore", changed_by: "control_token", object_kind: "store" },
  ]);
});

describe("it does not start", () => {
  test.each<[what: string, prepare: (site: Site) => unknown, says: string]>([
    ["beside another one", (site) => runningControl(site), "another control runs"],
    [
      "where there are no virtual keys",
      ({ configFile }) => writeFileSync(configFile, writeConfig({ keys: false })),
      "rollcall.keys: true",
    ],
    [
      "on a damaged database",
      async (site) => {
        const control = await runningControl(site);
        await control.stop();
        writeFileSync(site.files.database, "x".repeat(8_192));
        chmodSync(site.files.database, 0o600);
      },
      "not a database",
    ],
  ])("%s", async (_what, prepare, says) => {
    const site = makeSite();
    await prepare(site);
    const starting = startControl({ configFile: site.configFile, env: {}, port: 0 });
    await expect(starting).rejects.toThrow(says);
    await expect(starting).rejects.toBeInstanceOf(StartError);
  });
});

test("what an earlier run left behind stands in the way of nothing, and what was answered is there", async () => {
  const site = makeSite();
  const script = path.join(import.meta.dirname, "run-control.ts");
  const child = spawn(process.execPath, [script, site.configFile], { env: { PATH: process.env["PATH"] } });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  await until(() => output.includes("control listens"), 10_000);
  const url = /"address":"([^"]+)"/.exec(output)?.[1] ?? "";
  const answered: string[] = [];
  const asking = Array.from({ length: 4 }, async (_, asker) => {
    for (let count = 0; ; count += 1) {
      const { json } = await post(url, "/key/generate", { key_alias: `${asker}-${count}` });
      answered.push(json.token);
    }
  });
  for (const asked of asking) asked.catch(() => {});
  await until(() => answered.length >= 40);
  child.kill("SIGKILL");
  await once(child, "exit");
  await Promise.allSettled(asking);
  expect(existsSync(site.files.socket)).toBe(true);
  await runningControl(site);
  const known = new Set((await keySet(site)).records.map(({ id }) => id));
  expect(answered.filter((token) => !known.has(token))).toEqual([]);
  // No secret reaches a log, whatever was asked.
  expect(output).not.toContain("sk-");
  expect(readFileSync(site.files.database).includes("sk-master")).toBe(false);
});
