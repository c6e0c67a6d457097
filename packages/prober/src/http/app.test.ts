import { Cell, faultOf, NO_FAULT, type SettingsStatus } from "@rollcall/runtime";
import { describe, expect, it } from "vitest";
import { ProberHarness, type HarnessOptions } from "../../test/prober-harness.ts";
import type { Entry } from "../../test/configs.ts";
import { httpOf } from "../../test/prober-http.ts";
import { proberApp } from "./app.ts";

const entries: readonly Entry[] = [
  { id: "1", alias: "a", base: "http://gpu-1:8000" },
  { id: "2", alias: "a", base: "http://gpu-2:8000" },
  { id: "3", alias: "org/b", base: "http://gpu-3:8000" },
];

interface Asked {
  readonly harness: ProberHarness;
  readonly state: { host: string; draining: boolean; settings: SettingsStatus };
  readonly get: (path: string, headers?: Record<string, string>) => Promise<{ status: number; text: string }>;
}

function asked(options: HarnessOptions = {}): Asked {
  const harness = new ProberHarness(entries, options);
  const state: Asked["state"] = { host: "127.0.0.1", draining: false, settings: NO_FAULT };
  const get: Asked["get"] = async (path, headers = {}) => {
    const { host } = state;
    const app = proberApp(
      httpOf(harness, { source: { status: new Cell(state.settings) }, host, draining: () => state.draining }),
    );
    const reply = await app.request(path, { headers });
    return { status: reply.status, text: await reply.text() };
  };
  return { harness, state, get };
}

/** All backends serve what is expected, and were asked. */
async function ready(options: HarnessOptions = {}): Promise<Asked> {
  const made = asked(options);
  for (const { base = "" } of entries) made.harness.backends.serve(base, "llama");
  await made.harness.start();
  return made;
}

describe("/livez", () => {
  it("is 200 as long as the process answers, ready or not", async () => {
    const { get, state } = asked();
    expect(await get("/livez")).toEqual({ status: 200, text: "ok\n" });
    state.draining = true;
    expect(await get("/livez")).toMatchObject({ status: 200 });
  });
});

describe("/readyz", () => {
  it("is 200 when every alias has a deployment that may be called", async () => {
    const { get } = await ready();
    expect(await get("/readyz")).toEqual({ status: 200, text: "ready\n" });
  });

  it("is 200 when one of two deployments of an alias is out", async () => {
    const { get, harness } = await ready();
    harness.backends.serve("http://gpu-1:8000", "qwen");
    await harness.clock.advance(2_010);
    expect(harness.written.last.verdicts[0]?.reason).toBe("wrong_name");
    expect(await get("/readyz")).toMatchObject({ status: 200 });
  });

  it("is 503 when one alias has none", async () => {
    const { get, harness } = await ready();
    harness.backends.serve("http://gpu-3:8000", "qwen");
    await harness.clock.advance(2_010);
    expect(await get("/readyz")).toEqual({ status: 503, text: "not ready\n" });
  });

  it("is 503 until the initial probe round is done, though an earlier run knew all to be well", async () => {
    const { harness } = await ready();
    const next = asked({ previous: harness.written.last });
    for (const { base = "" } of entries) next.harness.backends.hang(base);
    await next.harness.start();
    expect(await next.get("/readyz")).toEqual({
      status: 503,
      text: "[-] initial probe round not done\nnot ready\n",
    });
    await next.harness.clock.advance(5_010);
    expect(await next.get("/readyz")).toMatchObject({ status: 200 });
  });

  it("is 503 while it shuts down", async () => {
    const { get, state } = await ready();
    state.draining = true;
    expect(await get("/readyz")).toEqual({ status: 503, text: "[-] shutting down\nnot ready\n" });
    expect(await get("/readyz/a")).toMatchObject({ status: 503 });
  });

  it("is 200 and says so when the config file has errors: the previous config works", async () => {
    const { get, state } = await ready();
    state.settings = { fault: faultOf("config.yaml: error: at gpu-1:8000"), needRestart: [] };
    expect(await get("/readyz")).toEqual({
      status: 200,
      text: "[!] the config file has errors: the previous config is in use\nready\n",
    });
  });

  it("says of settings that need a restart where details are asked for", async () => {
    const { get, state } = await ready();
    state.settings = { fault: null, needRestart: ["prober.port", "state.file"] };
    expect((await get("/readyz")).text).toBe("ready\n");
    expect((await get("/readyz?verbose")).text).toContain(
      "[!] settings need a restart: prober.port, state.file\nready\n",
    );
  });
});

describe("/readyz/<alias>", () => {
  it.each([
    ["a", 503],
    ["org/b", 200],
    ["org%2Fb", 200],
  ])("speaks of that alias alone: %s is %i", async (path, status) => {
    const { get, harness } = await ready();
    for (const host of ["gpu-1", "gpu-2"]) harness.backends.serve(`http://${host}:8000`, "qwen");
    await harness.clock.advance(2_010);
    expect(await get(`/readyz/${path}`)).toMatchObject({ status });
    expect(await get("/readyz")).toMatchObject({ status: 503 });
  });

  it.each(["x", "A", "a/", "org", "b", "org/b/c", "org%2Fc"])(
    "is 404 for %s, which no entry has",
    async (path) => {
      const { get } = await ready();
      const { status, text } = await get(`/readyz/${path}`);
      expect(status).toBe(404);
      expect(text).toBe(`no alias ${JSON.stringify(decodeURIComponent(path))} in the config\n`);
    },
  );

  it("takes an alias with a space, a percent sign and other letters", async () => {
    const alias = "Größe 100% モデル";
    const harness = new ProberHarness([{ alias, base: "http://gpu-1:8000" }]);
    harness.backends.serve("http://gpu-1:8000", "llama");
    await harness.start();
    const app = proberApp(httpOf(harness));
    expect((await app.request(`/readyz/${encodeURIComponent(alias)}`)).status).toBe(200);
  });
});

describe("?verbose", () => {
  it("says of each alias which deployments are out and why", async () => {
    const { get, harness } = await ready();
    harness.backends.serve("http://gpu-1:8000", "qwen");
    harness.backends.refuse("http://gpu-3:8000");
    await harness.clock.advance(4_010);
    expect(await get("/readyz?verbose")).toEqual({
      status: 503,
      text: "[+] a: 1 wrong_name, 2 ok\n[-] org/b: 3 down\nnot ready\n",
    });
    expect((await get("/readyz/org/b?verbose")).text).toBe("[-] org/b: 3 down\nnot ready\n");
  });

  it("names no host and no served name", async () => {
    const { get, harness } = await ready();
    harness.backends.serve("http://gpu-1:8000", "secret-name");
    await harness.clock.advance(2_010);
    expect((await get("/readyz?verbose=1")).text).not.toMatch(/gpu-|8000|secret-name|llama/);
  });
});

describe("/status", () => {
  it("is refused when bound wide, with 401 and a way out", async () => {
    const { get, state } = await ready({ masterKey: "sk-master" });
    state.host = "0.0.0.0";
    const { status, text } = await get("/status");
    expect(status).toBe(401);
    expect(JSON.parse(text)).toEqual({ error: "details need the master key as a Bearer token" });
    expect(await get("/status", { authorization: "Bearer sk-master" })).toMatchObject({ status: 200 });
  });

  it("is open on loopback", async () => {
    const { get } = await ready();
    const { status, text } = await get("/status");
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ prober: { initialRoundDone: true }, deployments: [{}, {}, {}] });
  });
});

describe("/metrics", () => {
  it("is Prometheus's text format", async () => {
    const { harness } = await ready();
    const app = proberApp(httpOf(harness, { host: "0.0.0.0" }));
    const reply = await app.request("/metrics");
    expect(reply.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(await reply.text()).toContain('rollcall_deployment_ready{deployment="3",alias="org/b"} 1');
  });
});

describe("anything else", () => {
  it.each(["/v1/models", "/readyz/", "/status/x", "/healthz"])(
    "is 404 and told the routes: %s",
    async (path) => {
      const { get } = await ready();
      const { status, text } = await get(path);
      expect(status).toBe(404);
      expect(JSON.parse(text)).toEqual({ error: expect.stringContaining("/readyz") });
    },
  );

  it("that goes wrong inside is 500 without a word of what", async () => {
    const { harness } = await ready();
    const broken = () => {
      throw new Error("secret place");
    };
    const app = proberApp(httpOf(harness, { draining: broken }));
    const reply = await app.request("/readyz");
    expect(reply.status).toBe(500);
    expect(await reply.json()).toEqual({ error: "internal error" });
  });
});
