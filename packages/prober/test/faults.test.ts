import type { Reason } from "@rollcall/contract";
import type { FaultName, SimulatorOptions } from "@rollcall/simulator";
import { expect, it } from "vitest";
import type { Entry } from "./configs.ts";
import { running, simulated, site, type Site } from "./running.ts";
import { until } from "./until.ts";

/** What is wrong with a backend that never was ready, and what it must be called. */
const CASES: readonly (readonly [fault: FaultName, reason: Reason])[] = [
  ["reset-all", "loading"],
  ["close-all", "loading"],
  ["scaling", "loading"],
  ["hang-all", "timeout"],
  ["slow-drip", "timeout"],
  ["redirect", "wrong_path"],
  ["no-route", "wrong_path"],
  ["empty-models", "no_models"],
  ["null-models", "no_models"],
  ["endless-body", "not_openai"],
  ["html", "not_openai"],
  ["not-openai", "not_openai"],
  ["not-http", "not_openai"],
  ["engine-dead", "engine_dead"],
  ["nginx-502", "proxy_error"],
  ["nginx-503", "proxy_error"],
  ["nginx-504", "proxy_error"],
  ["haproxy-502", "proxy_error"],
  ["haproxy-503", "proxy_error"],
  ["haproxy-504", "proxy_error"],
  ["traefik-502", "proxy_error"],
  ["traefik-503", "proxy_error"],
  ["traefik-504", "proxy_error"],
  ["caddy-502", "proxy_error"],
  ["caddy-503", "proxy_error"],
  ["envoy-503", "proxy_error"],
  ["envoy-504", "proxy_error"],
  // A busy server may be slow to say that it is well.
  ["slow-health", "ok"],
];

async function backend(alias: string, options: SimulatorOptions = {}, key = "k1"): Promise<Entry> {
  const simulator = await simulated({ apiKeys: ["k1"], ...options });
  return { alias, base: simulator.url, key };
}

async function broken(alias: FaultName): Promise<Entry> {
  const simulator = await simulated({ apiKeys: ["k1"] });
  simulator.control.fault(alias);
  return { alias, base: simulator.url, key: "k1" };
}

/** One prober over all of these, until each was asked. */
async function called(entries: readonly Entry[]): Promise<Site> {
  const place = site(entries, { prober: { interval: "200ms", timeout: "3s" } });
  await running(place);
  const asked = () => Object.values(place.reasons()).filter((reason) => reason !== "unknown");
  await until(() => asked().length === entries.length, 15_000);
  return place;
}

it("every fault of a backend is called by its name after one probe round", async () => {
  const place = await called(await Promise.all(CASES.map(([fault]) => broken(fault))));
  expect(place.reasons()).toEqual(Object.fromEntries(CASES));
  const text = JSON.stringify(place.snapshot()?.verdicts);
  expect(text).not.toMatch(/127\.0\.0\.1|Bearer|"k1"/);
});

it("every state of a backend is called by its name after one probe round", async () => {
  const dead = await simulated();
  await dead.control.kill();
  const older = await simulated({ errorBodies: "flat" });
  older.control.fault("engine-dead");
  const place = await called([
    await backend("ready"),
    await backend("rust", { errorBodies: "rust" }),
    await backend("several", { servedNames: ["qwen", "llama"] }),
    await backend("adapter", { servedNames: ["base"], loras: ["llama"] }),
    await backend("loading", { loadMs: 60_000 }),
    { alias: "dead", base: dead.url },
    { alias: "older", base: older.url },
    await backend("wrong key", {}, "k2"),
    { ...(await backend("no key")), key: "" },
    await backend("longer name", { servedNames: ["llama-70b"] }),
    await backend("other case", { servedNames: ["Llama"] }),
    { alias: "no host", base: "http://gpu-1.invalid" },
    { alias: "TLS", base: (await simulated()).url.replace("http:", "https:") },
    { alias: "twice v1", base: `${(await simulated()).url}/v1/v1` },
  ]);
  expect(place.reasons()).toEqual({
    ready: "ok",
    rust: "ok",
    several: "ok",
    adapter: "ok",
    loading: "loading",
    dead: "loading",
    older: "engine_dead",
    "wrong key": "wrong_key",
    "no key": "wrong_key",
    "longer name": "wrong_name",
    "other case": "wrong_name",
    "no host": "dns",
    TLS: "tls",
    "twice v1": "wrong_path",
  });
});

it("a hundred backends that hang delay neither each other nor the one that is well", async () => {
  const hanging = await simulated();
  hanging.control.fault("hang-all");
  const entries = Array.from({ length: 100 }, (_, index) => ({
    alias: `hung-${index}`,
    base: hanging.url,
    key: `k${index}`,
  }));
  const well = await simulated();
  const place = site([...entries, { alias: "well", base: well.url }], {
    prober: { interval: "100ms", timeout: "2s", concurrency: 200 },
  });
  await running(place);
  await until(() => well.seen.count("/v1/models") >= 5, 1_900);
  expect(place.snapshot()).toBeNull();
  await until(() => place.reasons()["hung-99"] === "timeout", 4_000);
  expect(place.reasons()["well"]).toBe("ok");
});
