import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { running, simulated, site, type Running, type Site } from "./running.ts";
import { until } from "./until.ts";

/** `a` on two backends, `org/b` on one, all well. */
async function fleet(masterKey?: string, host?: string) {
  const [one, two, three] = [await simulated(), await simulated(), await simulated()];
  const place = site(
    [
      { id: "1", alias: "a", base: one.url },
      { id: "2", alias: "a", base: two.url },
      { id: "3", alias: "org/b", base: three.url, key: "sk-backend" },
    ],
    masterKey === undefined ? {} : { masterKey },
  );
  const prober = await running(place, host === undefined ? {} : { host });
  await until(() => Object.values(place.reasons()).join() === "ok,ok");
  return { one, two, three, place, prober };
}

function reasonOf(place: Site, id: string): string | undefined {
  return place.snapshot()?.verdicts.find(({ deployment }) => deployment === id)?.reason;
}

describe("/readyz", () => {
  it("is 200 as long as every alias has a deployment that may be called", async () => {
    const { one, three, place, prober } = await fleet();
    expect(await prober.get("/readyz")).toEqual({ status: 200, text: "ready\n" });
    one.control.rename(["qwen"]);
    await until(() => reasonOf(place, "1") === "wrong_name");
    expect(await prober.get("/readyz?verbose")).toEqual({
      status: 200,
      text: "[+] a: 1 wrong_name, 2 ok\n[+] org/b: 3 ok\nready\n",
    });
    three.control.fault("engine-dead");
    await until(() => reasonOf(place, "3") === "engine_dead");
    expect(await prober.get("/readyz")).toEqual({ status: 503, text: "not ready\n" });
    expect(await prober.get("/readyz/a")).toEqual({ status: 200, text: "ready\n" });
  });

  it("takes an alias with a slash as it is and encoded, and knows no other", async () => {
    const { prober } = await fleet();
    expect(await rawStatus(prober, "/readyz/org/b")).toBe(200);
    expect(await rawStatus(prober, "/readyz/org%2Fb")).toBe(200);
    expect(await prober.get("/readyz/org/b?verbose")).toMatchObject({ text: "[+] org/b: 3 ok\nready\n" });
    expect(await prober.get("/readyz/org/c")).toEqual({
      status: 404,
      text: 'no alias "org/c" in the config\n',
    });
  });

  it("is 503 before the initial probe round is done", async () => {
    const hanging = await simulated();
    hanging.control.fault("hang-all");
    const prober = await running(site([{ alias: "a", base: hanging.url }]));
    expect(await prober.get("/readyz?verbose")).toEqual({
      status: 503,
      text: expect.stringContaining("[-] initial probe round not done"),
    });
    expect(await prober.get("/livez")).toEqual({ status: 200, text: "ok\n" });
  });
});

describe("/status", () => {
  it("on loopback shows every verdict with where it is reached, and no key", async () => {
    const { one, place, prober } = await fleet("sk-master");
    const { status, text } = await prober.get("/status");
    expect(status).toBe(200);
    const shown = JSON.parse(text);
    expect(shown).toMatchObject({
      prober: { generation: 1, configFault: null, initialRoundDone: true, intervalMs: 200 },
      deployments: [
        { deployment: "1", alias: "a", apiBase: `${one.url}/v1`, reason: "ok", expected: "llama" },
        { deployment: "2" },
        { deployment: "3", alias: "org/b" },
      ],
    });
    expect(shown.prober.instance).toBe(place.snapshot()?.prober.instance);
    expect(shown.prober.config).toBe(place.snapshot()?.config);
    expect(text).not.toMatch(/sk-master|sk-backend/);
  });

  it("bound to all addresses needs the master key; readiness and metrics do not", async () => {
    const { one, prober } = await fleet("sk-master", "0.0.0.0");
    expect(await prober.get("/status")).toMatchObject({ status: 401 });
    expect(await prober.get("/status", { authorization: "Bearer sk-other" })).toMatchObject({ status: 401 });
    expect((await prober.get("/status")).text).not.toContain(one.url);
    const allowed = await prober.get("/status", { authorization: "Bearer sk-master" });
    expect(allowed.status).toBe(200);
    expect(allowed.text).toContain(one.url);
    for (const route of ["/readyz", "/readyz?verbose", "/readyz/a", "/livez", "/metrics"]) {
      const { status, text } = await prober.get(route);
      expect(status).toBe(200);
      expect(text).not.toMatch(/127\.0\.0\.1|sk-master|sk-backend|llama/);
    }
  });

  it("bound to all addresses without a master key shows nothing", async () => {
    const { prober } = await fleet(undefined, "0.0.0.0");
    expect(await prober.get("/status", { authorization: "Bearer " })).toEqual({
      status: 401,
      text: expect.stringContaining("set general_settings.master_key"),
    });
  });
});

describe("/metrics", () => {
  it("can be parsed line by line, and shows both facts, the reason and the counts", async () => {
    const { three, place, prober } = await fleet();
    three.control.rename(["qwen"]);
    await until(() => reasonOf(place, "3") === "wrong_name");
    const metrics = parse((await prober.get("/metrics")).text);
    expect(metrics.get('rollcall_deployment_ready{deployment="3",alias="org/b"}')).toBe(1);
    expect(metrics.get('rollcall_deployment_name_matches{deployment="3",alias="org/b"}')).toBe(0);
    expect(metrics.get('rollcall_deployment_name_matches{deployment="1",alias="a"}')).toBe(1);
    expect(metrics.get('rollcall_deployment_reason{deployment="3",alias="org/b",reason="wrong_name"}')).toBe(
      1,
    );
    expect(metrics.get('rollcall_prober_transitions_total{reason="wrong_name"}')).toBe(1);
    expect(metrics.get('rollcall_prober_transitions_total{reason="ok"}')).toBe(3);
    expect(metrics.get('rollcall_prober_probes_total{result="models"}')).toBeGreaterThan(3);
    expect(metrics.get("rollcall_prober_probe_duration_seconds_count")).toBeGreaterThan(3);
    const since =
      metrics.get('rollcall_deployment_since_timestamp_seconds{deployment="3",alias="org/b"}') ?? 0;
    expect(Math.abs(Date.now() / 1_000 - since)).toBeLessThan(10);
  });

  it("names no host, no key and no served name", async () => {
    const { one, prober } = await fleet("sk-master");
    const { text } = await prober.get("/metrics");
    expect(text).toContain("rollcall_deployment_ready");
    expect(text).not.toMatch(/127\.0\.0\.1|sk-master|sk-backend|llama/);
    expect(text).not.toContain(String(one.port));
  });
});

/** Without a client that would tidy the path. */
function rawStatus(prober: Running, route: string): Promise<number> {
  const { port } = new URL(prober.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () => {
      socket.write(`GET ${route} HTTP/1.1\r\nhost: prober\r\nconnection: close\r\n\r\n`);
    });
    socket.once("data", (head) => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(head.toString())?.[1])));
    socket.once("error", reject);
  });
}

const SAMPLE = /^([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+\})?) (-?[\d.]+(?:e[+-]?\d+)?|\+Inf|NaN)$/;

/** Prometheus's text format: samples by name and labels. Throws at a line that is none, and at one that comes twice. */
function parse(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  const declared = new Set<string>();
  for (const line of text.split("\n").filter((candidate) => candidate !== "")) {
    const comment = /^# (?:HELP|TYPE) ([a-z_]+) \S/.exec(line);
    if (comment?.[1] !== undefined) {
      declared.add(comment[1]);
      continue;
    }
    const [, key, value] = SAMPLE.exec(line) ?? [];
    if (key === undefined || value === undefined || samples.has(key)) throw new Error(`no sample: ${line}`);
    const family = key.replace(/\{.*/, "").replace(/_(bucket|sum|count)$/, "");
    if (!declared.has(family)) throw new Error(`of no declared family: ${line}`);
    samples.set(key, Number(value.replace("Inf", "Infinity")));
  }
  return samples;
}
