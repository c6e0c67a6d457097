import { statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { QUICK, running, simulated, site } from "./running.ts";
import { until } from "./until.ts";

/** The intervals that hold where the config says nothing. */
const ORDINARY = { prober: {} };

describe("a backend at the ordinary intervals", () => {
  it("that loads is loading, and ready once it is", async () => {
    const server = await simulated({ loadMs: 1_300 });
    const place = site([{ alias: "a", base: server.url }], ORDINARY);
    const prober = await running(place);
    await until(() => place.reasons()["a"] === "loading");
    expect(place.snapshot()?.verdicts[0]).toMatchObject({ ready: false, detail: "connection refused" });
    expect(await prober.get("/readyz")).toEqual({ status: 503, text: "not ready\n" });
    await server.whenReady();
    await until(() => place.reasons()["a"] === "ok");
    expect(await prober.get("/readyz")).toEqual({ status: 200, text: "ready\n" });
  });

  it("behind a wildcard is ready by whatever names it has, and new ones are told at once", async () => {
    const server = await simulated();
    const place = site(
      [
        { alias: "team/*", model: "*", base: server.url, info: { canary: true } },
        { alias: "qwen/*", model: "qwen-*", base: server.url },
      ],
      { prober: QUICK },
    );
    const prober = await running(place);
    const found = (alias: string) => place.snapshot()?.verdicts.find((one) => one.alias === alias)?.found;
    await until(() => place.reasons()["team/*"] === "ok");
    expect([found("team/*"), place.reasons()["qwen/*"]]).toEqual([["llama"], "wrong_name"]);
    // The one name that is there is asked for its token, not the star.
    expect(server.seen.requests.flatMap(({ model }) => model ?? [])).toEqual(["llama"]);
    server.control.rename(["qwen-8b", "llama"]);
    await until(() => found("team/*")?.join() === "llama,qwen-8b" && found("qwen/*")?.join() === "qwen-8b");
    expect(place.reasons()).toEqual({ "team/*": "ok", "qwen/*": "ok" });
    expect((await prober.get("/readyz/team/any")).status).toBe(200);
  });

  it("that is renamed is out, and in again under its old name", async () => {
    const server = await simulated();
    const place = site([{ alias: "a", base: server.url }], ORDINARY);
    const prober = await running(place);
    await until(() => place.reasons()["a"] === "ok");
    server.control.rename(["llama-70b"]);
    await until(() => place.reasons()["a"] === "wrong_name");
    expect(place.snapshot()?.verdicts[0]).toMatchObject({
      ready: true,
      nameMatches: false,
      expected: "llama",
      found: ["llama-70b"],
      hint: expect.stringContaining('"llama-70b"'),
    });
    expect(await prober.get("/readyz")).toMatchObject({ status: 503 });
    server.control.rename(["llama"]);
    await until(() => place.reasons()["a"] === "ok");
  });
});

describe("a backend that was ready", () => {
  it("and dies is down until it is back, and its first failure is forgiven", async () => {
    const server = await simulated();
    const place = site([{ alias: "a", base: server.url }]);
    await running(place);
    await until(() => place.reasons()["a"] === "ok");
    const asked = server.seen.count("/v1/models");
    server.control.fault("reset-all");
    await until(() => server.seen.count("/v1/models") > asked);
    server.control.fault(null);
    await until(() => server.seen.count("/v1/models") > asked + 3);
    expect(place.snapshot()?.verdicts[0]).toMatchObject({ reason: "ok", ready: true });
    const since = place.snapshot()?.verdicts[0]?.since;

    await server.control.kill();
    await until(() => place.reasons()["a"] === "down");
    expect(place.snapshot()?.verdicts[0]).toMatchObject({
      ready: false,
      nameMatches: true,
      found: ["llama"],
    });
    await server.control.start();
    await until(() => place.reasons()["a"] === "ok");
    expect(place.snapshot()?.verdicts[0]?.since).toBeGreaterThan(since ?? Infinity);
  });

  it("and whose engine dies is out at once, and back when it lives", async () => {
    const server = await simulated();
    const place = site([{ alias: "a", base: server.url }]);
    await running(place);
    await until(() => place.reasons()["a"] === "ok");
    server.control.fault("engine-dead");
    await until(() => place.reasons()["a"] === "engine_dead");
    expect(place.snapshot()?.verdicts[0]).toMatchObject({ ready: false, nameMatches: true });
    server.control.fault(null);
    await until(() => place.reasons()["a"] === "ok");
  });

  it("and loses an adapter keeps its base", async () => {
    const server = await simulated({ servedNames: ["base"], loras: ["sql"] });
    const place = site([
      { alias: "base", base: server.url, model: "base" },
      { alias: "sql", base: server.url, model: "sql" },
    ]);
    await running(place);
    await until(() => place.reasons()["sql"] === "ok");
    server.control.setLoras([]);
    await until(() => place.reasons()["sql"] === "adapter_gone");
    expect(place.reasons()["base"]).toBe("ok");
    server.control.setLoras(["sql"]);
    await until(() => place.reasons()["sql"] === "ok");
  });

  it("and changes its key is out at once, and in again with the new key in the file", async () => {
    const server = await simulated({ apiKeys: ["old"] });
    const place = site([{ alias: "a", base: server.url, key: "file/key" }]);
    const keyFile = path.join(place.directory, "key");
    writeFileSync(keyFile, "old\n");
    await running(place);
    await until(() => place.reasons()["a"] === "ok");
    server.control.setKeys(["new"]);
    await until(() => place.reasons()["a"] === "wrong_key");
    expect(place.snapshot()?.verdicts[0]).toMatchObject({
      ready: false,
      detail: "/models answers 401 while /health answers 200",
    });
    writeFileSync(keyFile, "new\n");
    await until(() => place.reasons()["a"] === "ok");
  });
});

describe("the state file", () => {
  it("comes to be with the initial probe round, private to its owner, and beats with the interval", async () => {
    const server = await simulated();
    const place = site([{ alias: "a", base: server.url }]);
    expect(place.snapshot()).toBeNull();
    await running(place);
    await until(() => place.snapshot() !== null);
    const first = place.snapshot();
    expect(statSync(place.stateFile).mode & 0o777).toBe(0o600);
    expect(first).toMatchObject({ intervalMs: 200, verdicts: [{ reason: "ok" }] });
    const sequence = first?.sequence ?? 0;
    // Which endpoints are missing may have followed already.
    expect([1, 2]).toContain(sequence);
    await until(() => (place.snapshot()?.sequence ?? 0) >= sequence + 3, 1_500);
    const later = place.snapshot();
    expect(later?.prober).toEqual(first?.prober);
    expect((later?.writtenAt ?? 0) - (first?.writtenAt ?? 0)).toBeGreaterThan(390);
    expect(later?.verdicts[0]?.since).toBe(first?.verdicts[0]?.since);
  });
});
