import { DISABLED_BY } from "@rollcall/contract";
import { Secrets } from "@rollcall/runtime";
import { describe, expect, it } from "vitest";
import type { Entry, Written } from "../../test/configs.ts";
import { ProberHarness } from "../../test/prober-harness.ts";
import { httpOf } from "../../test/prober-http.ts";
import { proberApp } from "./app.ts";
import type { DrainAnswer } from "./drain.ts";

const entries: readonly Entry[] = [
  { id: "a-1", alias: "a", base: "http://gpu-1:8000" },
  { id: "a-2", alias: "a", base: "http://gpu-2:8000" },
  { id: "b", alias: "org/b", base: "http://gpu-3:8000" },
];

async function started(written: Written = {}, host = "127.0.0.1", of = entries) {
  const harness = new ProberHarness(of, written);
  for (const { base = "" } of of) harness.backends.serve(base, "llama");
  await harness.start();
  const { events } = harness.prober;
  const app = proberApp(httpOf(harness, { host, events }));
  const send = async (line: string, body = "", headers: Record<string, string> = {}) => {
    const [method = "", path = ""] = line.split(" ");
    const reply = await app.request(path, { method, headers, ...(body !== "" && { body }) });
    const said = (await reply.json()) as DrainAnswer;
    return { status: reply.status, said };
  };
  const get = async (path: string) => (await app.request(path)).text();
  return { harness, events, send, get };
}

const KEY = { authorization: "Bearer sk-master" };

describe("who may drain", () => {
  it.each<[string, Written, { host?: string; headers?: Record<string, string>; refused?: [number, string] }]>(
    [
      ["on loopback without a key, anybody", {}, {}],
      [
        "no page of another site",
        {},
        { headers: { origin: "http://evil.example" }, refused: [403, "web pages of other sites"] },
      ],
      [
        "on loopback with a key, nobody without it",
        { masterKey: "sk-master" },
        { refused: [401, "orders need the master key"] },
      ],
      ["on loopback with a key, who has it", { masterKey: "sk-master" }, { headers: KEY }],
      [
        "bound wide without a key, nobody",
        {},
        { host: "0.0.0.0", headers: KEY, refused: [401, "set general_settings.master_key"] },
      ],
      ["bound wide, who has it", { masterKey: "sk-master" }, { host: "0.0.0.0", headers: KEY }],
      [
        "bound wide, nobody with another",
        { masterKey: "sk-other" },
        { host: "0.0.0.0", headers: KEY, refused: [401, "orders need the master key"] },
      ],
    ],
  )("%s", async (_who, written, { host, headers, refused }) => {
    const { harness, send } = await started(written, host);
    const before = harness.written.snapshots.length;
    for (const method of ["POST", "DELETE"]) {
      const { status, said } = await send(`${method} /drain/a-1`, "", headers);
      expect(status).toBe(refused?.[0] ?? 200);
      if (refused !== undefined) expect(said.error).toContain(refused[1]);
    }
    expect(harness.written.snapshots.length - before).toBe(refused === undefined ? 2 : 0);
  });
});

it("is nobody where the key that the config has cannot be read any more", async () => {
  const { harness, send } = await started({ masterKey: "sk-master" });
  const { config, generation } = harness.settings.get();
  const secrets = Secrets.read({ ...config, masterKeys: [] }, { env: {}, directory: "/" });
  harness.settings.set({ config, generation, secrets });
  expect(await send("POST /drain/a-1", "", KEY)).toMatchObject({ status: 401 });
});

describe("what is named", () => {
  it.each([
    ["POST /drain/a-1", 200, ["a-1"]],
    ["POST /drain/org/b", 400, '"org/b" is an alias: name one of its deployments (b)'],
    ["POST /drain/a", 400, '"a" is an alias: name one of its deployments (a-1, a-2), or all of them'],
    ["POST /drain/a?all", 200, ["a-1", "a-2"]],
    ["POST /drain/org%2Fb?all", 200, ["b"]],
    ["POST /drain/b?all", 200, ["b"]],
    ["POST /drain/a-9", 404, 'no alias or deployment "a-9" in the config: did you mean "a-1"?'],
    ["DELETE /drain/zzz?all", 404, 'no alias or deployment "zzz" in the config'],
  ])("%s is %i", async (line, status, expected) => {
    const { send } = await started();
    const { status: found, said } = await send(line);
    expect(found).toBe(status);
    if (typeof expected === "string") expect(said.error).toContain(expected);
    else expect(said.deployments.map(({ deployment }) => deployment)).toEqual(expected);
  });
});

describe("what is said", () => {
  it.each([
    ["nothing", "", 200],
    ["by whom and why", '{"by":"root@ops","reason":"Wartung – heute"}', 200],
    ["no JSON", "by=me", 400],
    ["no object", "[]", 400],
    ["another field", '{"who":"me"}', 400],
    ["no text", '{"by":1}', 400],
    ["an empty text", '{"reason":""}', 400],
    ["a line break", '{"reason":"a\\nb"}', 400],
    ["an escape sequence", '{"by":"\\u001b[2J"}', 400],
    ["text that turns round", '{"by":"\\u202eme"}', 400],
    ["too long a name", JSON.stringify({ by: "x".repeat(129) }), 400],
    ["a reason as long as may be", JSON.stringify({ reason: "x".repeat(256) }), 200],
    ["too long a reason", JSON.stringify({ reason: "x".repeat(257) }), 400],
    ["the config's name", JSON.stringify({ by: DISABLED_BY }), 400],
    ["more than a body may have", JSON.stringify({ reason: "x".repeat(5_000) }), 413],
  ])("%s", async (_what, body, status) => {
    const { send, harness } = await started();
    expect((await send("POST /drain/a-1", body)).status).toBe(status);
    expect(harness.written.last.verdicts[0]?.reason).toBe(status === 200 ? "drained" : "ok");
  });
});

describe("a drained deployment", () => {
  it("is published as drained at once, and as before once it is given back", async () => {
    const { harness, send, events } = await started();
    const since = harness.clock.now();
    const order = JSON.stringify({ by: "root@ops", reason: "new kernel" });
    expect((await send("POST /drain/a-1", order)).said).toEqual({
      deployments: [
        {
          deployment: "a-1",
          alias: "a",
          reason: "drained",
          drained: { since, by: "root@ops", reason: "new kernel", observed: "ok" },
        },
      ],
      unavailable: [],
      kept: true,
    });
    expect(harness.written.last.verdicts[0]).toMatchObject({ ready: false, reason: "drained", since });
    await harness.clock.advance(5_000);
    const back = harness.clock.now();
    await send("DELETE /drain/a-1", '{"by":"root@ops"}');
    expect(harness.written.last.verdicts[0]).toMatchObject({ ready: true, reason: "ok", since: back });
    expect(harness.written.last.verdicts[0]).not.toHaveProperty("drained");
    expect(events.list({ deployment: "a-1" }).slice(-2)).toMatchObject([
      { from: "ok", to: "drained", detail: "by root@ops: new kernel" },
      { from: "drained", to: "ok", detail: "undrained by root@ops" },
    ]);
    expect(harness.logged.of("info").slice(-2)).toMatchObject([
      { message: "deployment changed", fields: { deployment: "a-1", to: "drained" } },
      { message: "deployment changed", fields: { to: "ok", detail: "undrained by root@ops" } },
    ]);
  });

  it("is told once however often it is said, and says which aliases have nothing left", async () => {
    const { send, events } = await started();
    const first = (await send("POST /drain/a-1", '{"by":"one"}')).said;
    const count = events.newest;
    expect((await send("POST /drain/a-1", '{"by":"two"}')).said).toEqual(first);
    expect(events.newest).toBe(count);
    expect((await send("POST /drain/a-2")).said.unavailable).toEqual(["a"]);
    expect((await send("DELETE /drain/b")).said.deployments).toMatchObject([{ drained: null, reason: "ok" }]);
  });

  it("goes on being probed, without an event for what becomes of it", async () => {
    const { harness, send, events } = await started();
    await send("POST /drain/a-1");
    const count = events.newest;
    harness.backends.serve("http://gpu-1:8000", "qwen");
    await harness.clock.advance(10_000);
    const [verdict] = harness.written.last.verdicts;
    expect(verdict).toMatchObject({
      reason: "drained",
      found: ["qwen"],
      drained: { observed: "wrong_name" },
    });
    expect(events.newest).toBe(count);
    await send("DELETE /drain/a-1");
    expect(harness.written.last.verdicts[0]).toMatchObject({
      ready: true,
      nameMatches: false,
      reason: "wrong_name",
    });
    expect(events.list().at(-1)).toMatchObject({ from: "drained", to: "wrong_name" });
  });

  it("says so where the state cannot be written, and is drained all the same", async () => {
    const { harness, send } = await started();
    harness.written.failing = true;
    expect((await send("POST /drain/a-1")).said).toMatchObject({
      kept: false,
      deployments: [{ reason: "drained" }],
    });
    harness.written.failing = false;
    expect((await send("POST /drain/a-1")).said).toMatchObject({ kept: true });
  });

  it("is absent by intent: nothing waits for it, unless it is asked for by name", async () => {
    const { send, get } = await started();
    await send("POST /drain/a-1");
    expect(await get("/readyz?verbose&require=all")).toBe(
      "[+] a: a-1 drained, a-2 ok\n[+] org/b: b ok\nready\n",
    );
    expect(await get("/readyz/deployment/a-1?verbose")).toBe("[!] a: a-1 drained\nnot ready\n");
    await send("POST /drain/a-2");
    expect(await get("/readyz?verbose")).toBe("[!] a: a-1 drained, a-2 drained\n[+] org/b: b ok\nready\n");
    expect(await get("/readyz/a")).toBe("not ready\n");
    await send("POST /drain/b");
    expect(await get("/readyz")).toBe("not ready\n");
  });

  it("is told by metrics, status and explanations", async () => {
    const { send, get } = await started();
    await send("POST /drain/a-1", '{"by":"root@ops"}');
    const metrics = await get("/metrics");
    expect(metrics).toContain('rollcall_deployment_reason{deployment="a-1",alias="a",reason="drained"} 1');
    expect(metrics).toContain('rollcall_deployment_ready{deployment="a-1",alias="a"} 0');
    expect(metrics).toContain('rollcall_deployment_transitions_total{deployment="a-1",alias="a"} 2');
    expect(JSON.parse(await get("/status")).deployments[0]).toMatchObject({ drained: { by: "root@ops" } });
    expect(JSON.parse(await get("/explain/a-1"))).toMatchObject({
      ready: false,
      deployments: [{ drained: { observed: "ok" }, fix: "`rollcall undrain a-1` gives it requests again." }],
    });
  });

  it("stays so after a restart, and comes back as what was known of it", async () => {
    const { harness, send } = await started();
    await send("POST /drain/a-1", '{"by":"root@ops"}');
    const previous = harness.written.last;
    const again = new ProberHarness(entries, { previous });
    for (const { base = "" } of entries) again.backends.hang(base);
    await again.start();
    const app = proberApp(httpOf(again));
    expect(again.prober.fleet.verdicts()[0]).toEqual(previous.verdicts[0]);
    await app.request("/drain/a-1", { method: "DELETE" });
    expect(again.prober.initialRoundDone).toBe(false);
    expect(again.written.last.verdicts[0]).toMatchObject({ ready: true, nameMatches: true, reason: "ok" });
  });

  it("waits for the initial probe round where nothing is known yet", async () => {
    const harness = new ProberHarness(entries);
    for (const { base = "" } of entries) harness.backends.hang(base);
    await harness.start();
    const answer = Promise.resolve(proberApp(httpOf(harness)).request("/drain/a-1", { method: "POST" }));
    expect(harness.written.snapshots).toEqual([]);
    await harness.clock.advance(5_010);
    expect((await answer).status).toBe(200);
    expect(harness.written.last.verdicts[0]?.reason).toBe("drained");
  });
});

describe("model_info.disabled", () => {
  const disabled = (info: object) => [{ ...entries[0], info }, ...entries.slice(1)] as readonly Entry[];

  it("drains, and is the config's to lift", async () => {
    const { harness, send } = await started({}, "127.0.0.1", disabled({ disabled: true }));
    expect(harness.written.last.verdicts[0]).toMatchObject({
      reason: "drained",
      drained: { by: DISABLED_BY },
    });
    const { status, said } = await send("DELETE /drain/a?all");
    expect(status).toBe(409);
    expect(said.error).toBe('the config holds "a-1" drained: remove model_info.disabled there');
    expect(said.deployments).toMatchObject([{ reason: "drained" }, { reason: "ok" }]);
    await harness.use(disabled({}));
    await harness.clock.advance(10);
    expect(harness.written.last.verdicts[0]).toMatchObject({ ready: true, since: harness.clock.now() - 10 });
    expect(harness.prober.events.list().at(-1)).toMatchObject({
      from: "drained",
      detail: "undrained by config",
    });
  });

  it("takes effect with the config that says so", async () => {
    const { harness } = await started();
    await harness.use(disabled({ disabled: true }));
    await harness.clock.advance(10);
    expect(harness.written.last.verdicts[0]).toMatchObject({ reason: "drained", detail: "by config" });
    expect(harness.prober.events.list().at(-1)).toMatchObject({ from: "ok", to: "drained" });
  });
});
