import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { StartError } from "@rollcall/runtime";
import { changeLogOf } from "@rollcall/snapshot";
import { describe, expect, it, onTestFinished } from "vitest";
import { startProber } from "../src/index.ts";
import { child } from "./child.ts";
import { httpPeer } from "./peer.ts";
import { get, running, simulated, site } from "./running.ts";
import { pause, until } from "./until.ts";

describe("the process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "ends with 0 on %s, by itself and soon, hanging probes or not",
    async (signal) => {
      const hanging = await simulated();
      hanging.control.fault("hang-all");
      const prober = await child(site([{ alias: "a", base: hanging.url }], { prober: { timeout: "30s" } }));
      await until(() => hanging.seen.inFlight > 0);
      const start = performance.now();
      expect(await prober.end(signal)).toBe(0);
      expect(performance.now() - start).toBeLessThan(2_000);
      const said = prober.lines().map(({ msg }) => msg);
      expect(said.slice(-3)).toEqual(["prober listens", "config applied; probing backends", "prober stops"]);
    },
  );

  it("reads its config anew at once on SIGHUP", async () => {
    const [one, two] = [await simulated(), await simulated()];
    const place = site([{ alias: "a", base: one.url }]);
    const prober = await child(place);
    await until(() => place.reasons()["a"] === "ok");
    place.write([{ alias: "b", base: two.url }]);
    prober.process.kill("SIGHUP");
    await until(() => place.reasons()["b"] === "ok", 900);
    expect(prober.lines().map(({ msg }) => msg)).toContain("config reloaded");
    expect(await prober.end("SIGTERM")).toBe(0);
  });
});

describe("stop()", () => {
  it("returns 0, ends the asking, the listening and the writing, and may be called again", async () => {
    const server = await simulated();
    const place = site([{ alias: "a", base: server.url }]);
    const prober = await running(place);
    await until(() => place.reasons()["a"] === "ok");
    // Neither a client that keeps its connection nor one that has asked only half may hold the prober up.
    await prober.get("/readyz");
    const slow = connect(Number(new URL(prober.url).port), "127.0.0.1");
    onTestFinished(() => void slow.destroy());
    await once(slow, "connect");
    slow.write("GET /readyz HTTP/1.1\r\nho");
    await pause(50);
    const start = performance.now();
    expect(await prober.stop()).toBe(0);
    expect(performance.now() - start).toBeLessThan(1_000);
    const [asked, sequence] = [server.seen.count(), place.snapshot()?.sequence];
    await pause(500);
    expect(server.seen.count()).toBe(asked);
    expect(place.snapshot()?.sequence).toBe(sequence);
    await expect(get(`${prober.url}/livez`)).rejects.toThrow("fetch failed");
    expect(await prober.stop()).toBe(0);
  });

  it("waits for a snapshot that is being written, and leaves no half of one beside the state file", async () => {
    const server = await simulated();
    // So many verdicts and so short an interval that a write is mostly under way.
    const entries = Array.from({ length: 500 }, (_, index) => ({ alias: `a${index}`, base: server.url }));
    const place = site(entries, { prober: { interval: "10ms" } });
    for (let round = 0; round < 8; round += 1) {
      const prober = await running(place);
      const { instance } = place.snapshot()?.prober ?? {};
      await until(() => (place.snapshot()?.prober.instance ?? instance) !== instance);
      await pause(round);
      expect(await prober.stop()).toBe(0);
      const log = changeLogOf(place.stateFile);
      const beside = readdirSync(path.dirname(place.stateFile)).filter((name) => name !== path.basename(log));
      expect(beside).toEqual([path.basename(place.stateFile)]);
      // Where there are changes, the last of them is whole.
      if (existsSync(log)) expect(readFileSync(log, "utf8")).toMatch(/\n\]\}\n$/);
    }
  });
});

describe("a prober that cannot start", () => {
  it("says so when its port is taken, and asks nobody", async () => {
    const server = await simulated();
    const taken = await httpPeer((_request, response) => response.end());
    const { configFile } = site([{ alias: "a", base: server.url }]);
    const port = Number(taken.address.split(":")[1]);
    const started = startProber({ configFile, env: {}, port, logLevel: "silent" });
    await expect(started).rejects.toThrow(StartError);
    await expect(started).rejects.toThrow(/is in use.*--prober-port/);
    await pause(100);
    expect(server.seen.count()).toBe(0);
  });

  it("asks nothing of a backend whose key is not there, says why, and goes on with the others", async () => {
    const [lacking, server] = [await simulated(), await simulated()];
    const place = site([
      { alias: "a", base: lacking.url, key: "file/key" },
      { alias: "b", base: server.url },
    ]);
    const prober = await running(place);
    await until(() => place.reasons()["b"] === "ok");
    expect(place.snapshot()?.verdicts[0]).toMatchObject({
      ready: false,
      reason: "key_missing",
      detail: "cannot read the file key: there is no such file",
    });
    expect((await prober.get("/readyz?verbose")).text).toContain("key_missing");
    expect(lacking.seen.count()).toBe(0);
    writeFileSync(path.join(place.directory, "key"), "sk-late\n");
    await until(() => place.reasons()["a"] === "ok");
  });

  it("starts without a master key that is not there: it needs none for its work", async () => {
    const server = await simulated();
    const place = site([{ alias: "a", base: server.url }], { masterKey: "os.environ/MISSING" });
    await running(place);
    await until(() => place.snapshot() !== null);
    expect(place.reasons()).toEqual({ a: "ok" });
  });
});
