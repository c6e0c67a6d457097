import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { running, simulated, site } from "./running.ts";
import { until } from "./until.ts";

/** Spares a test the second after which the file is looked at anyway. */
function hangUp(): void {
  process.emit("SIGHUP");
}

describe("an edited config file", () => {
  it("brings a backend in and takes one out, while what is the same stays proven throughout", async () => {
    const [kept, gone, added] = [await simulated(), await simulated(), await simulated()];
    const keptEntry = { alias: "kept", base: kept.url };
    const place = site([keptEntry, { alias: "gone", base: gone.url }]);
    const prober = await running(place);
    await until(() => place.reasons()["gone"] === "ok");
    const before = place.snapshot();
    place.write([{ alias: "added", base: added.url }, keptEntry]);
    await until(() => {
      expect(place.reasons()["kept"]).toBe("ok");
      return place.reasons()["added"] === "ok";
    });
    expect(Object.keys(place.reasons())).toEqual(["added", "kept"]);
    expect(place.snapshot()?.config).not.toBe(before?.config);
    expect(place.snapshot()?.verdicts[1]?.since).toBe(before?.verdicts[0]?.since);
    expect(JSON.parse((await prober.get("/status")).text)).toMatchObject({ prober: { generation: 2 } });
    expect((await prober.get("/readyz/gone")).status).toBe(404);
    const asked = gone.seen.count();
    const seen = added.seen.count();
    await until(() => added.seen.count() >= seen + 4);
    expect(gone.seen.count()).toBe(asked);
  });

  it("with another expected name makes the deployment prove itself anew", async () => {
    const server = await simulated();
    const place = site([{ id: "d", alias: "a", base: server.url }]);
    await running(place);
    await until(() => place.reasons()["a"] === "ok");
    place.write([{ id: "d", alias: "a", base: server.url, model: "qwen" }]);
    hangUp();
    await until(() => place.reasons()["a"] === "wrong_name");
    expect(place.snapshot()?.verdicts).toMatchObject([{ expected: "qwen", lastGoodAt: null }]);
  });

  it("that renames an alias under a fixed id is followed: the verdict stands under the new name", async () => {
    const server = await simulated();
    const place = site([{ id: "d", alias: "old", base: server.url }]);
    const prober = await running(place);
    await until(() => place.reasons()["old"] === "ok");
    place.write([{ id: "d", alias: "new", base: server.url }]);
    hangUp();
    await until(() => "new" in place.reasons());
    expect(place.reasons()).toEqual({ new: "ok" });
    expect((await prober.get("/readyz/new")).status).toBe(200);
    expect((await prober.get("/readyz/old")).status).toBe(404);
  });

  it.each([
    ["is no YAML", (file: string) => writeFileSync(file, "model_list: [")],
    ["says nothing that can be used", (file: string) => writeFileSync(file, "model_list: 7")],
    ["is gone", (file: string) => rmSync(file)],
  ])("that %s changes nothing but what is told of it, until it is good again", async (_what, spoil) => {
    const server = await simulated();
    const entries = [{ alias: "a", base: server.url }];
    const place = site(entries);
    const prober = await running(place);
    const readyz = async () => (await prober.get("/readyz")).text;
    await until(() => place.reasons()["a"] === "ok");
    spoil(place.configFile);
    hangUp();
    await until(async () => (await readyz()).includes("[!] the config file has errors"));
    expect((await prober.get("/readyz")).status).toBe(200);
    expect(JSON.parse((await prober.get("/status")).text)).toMatchObject({
      prober: { generation: 1, configFault: expect.stringContaining("config.yaml") },
    });
    const sequence = place.snapshot()?.sequence ?? 0;
    await until(() => (place.snapshot()?.sequence ?? 0) > sequence);
    expect(place.reasons()).toEqual({ a: "ok" });
    place.write(entries);
    hangUp();
    await until(async () => (await readyz()) === "ready\n");
  });

  it("is followed through a file that it includes", async () => {
    const [one, two] = [await simulated(), await simulated()];
    const place = site([{ alias: "a", base: one.url }]);
    const entry = (base: string) =>
      JSON.stringify({
        model_list: [{ model_name: "b", litellm_params: { model: "openai/llama", api_base: base } }],
      });
    writeFileSync(path.join(place.directory, "more.yaml"), entry(`${one.url}/none`));
    place.write([{ alias: "a", base: one.url }], { include: ["more.yaml"] });
    await running(place);
    await until(() => place.reasons()["b"] === "wrong_path");
    writeFileSync(path.join(place.directory, "more.yaml"), entry(two.url));
    await until(() => place.reasons()["b"] === "ok");
    expect(place.reasons()["a"]).toBe("ok");
  });
});
