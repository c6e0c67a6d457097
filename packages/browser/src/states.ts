import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { pause, until } from "@rollcall/testkit";
import { startEmptyProber } from "./empty-prober.ts";
import { startBigFleet } from "./big-fleet.ts";
import { writeConfig, type Entry, type Site, textOf } from "./site.ts";

/** One way the fleet can stand, set up for real. */
export interface State {
  readonly name: string;
  /** What the page says first. */
  readonly title: RegExp;
  /** Resolves with the prober's address once the page shows it. */
  readonly prepare: (site: Site) => Promise<string>;
}

const NOBODY = "http://127.0.0.1:9";

async function wellEntries(site: Site): Promise<readonly Entry[]> {
  const models = ["qwen3-coder-30b", "gpt-oss-120b", "bge-m3"];
  const servers = await Promise.all(models.map((name) => site.simulator({ servedNames: [name] })));
  return ["coder", "chat", "embed"].flatMap((alias, index) => {
    const [model = "", base = ""] = [models[index], servers[index]?.url];
    return [1, 2].map((number): Entry => ({ alias, model, base, id: `${alias}-${number}` }));
  });
}

/** Asks for answers until the site closes, so that the figures have something to show. */
function keepBusy(site: Site, url: string, model: string): void {
  const { signal } = site.closing;
  void (async () => {
    while (!signal.aborted) {
      const body = JSON.stringify({ model, max_tokens: 200, messages: [{ role: "user", content: "Hello" }] });
      const headers = { "content-type": "application/json" };
      await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body })
        .then((reply) => reply.text())
        .catch(() => pause(500));
    }
  })();
}

async function someOut(site: Site): Promise<string> {
  const at = (name: string) => site.simulator({ servedNames: [name], tokensPerSecond: 90 });
  const [coder, full, loading, chat, drained, summary, vision, dead] = await Promise.all(
    [
      "qwen3-coder-30b",
      "qwen3-coder-30b",
      "qwen3-coder-30b",
      "gpt-oss-120b",
      "gpt-oss-120b",
      "llama-3.3-70b-instruct",
      "qwen3-vl-32b",
      "qwen3-vl-32b",
    ].map(at),
  );
  if (!coder || !full || !loading || !chat || !drained || !summary || !vision || !dead)
    throw new Error("eight simulators");
  full.control.fault("saturated");
  await loading.control.load(600_000);
  dead.control.fault("engine-dead");
  const entries: readonly Entry[] = [
    { alias: "coder", model: "qwen3-coder-30b", base: coder.url, id: "coder-3572af" },
    { alias: "coder", model: "qwen3-coder-30b", base: full.url, id: "coder-9be014" },
    { alias: "coder", model: "qwen3-coder-30b", base: loading.url, id: "coder-c20d7e" },
    { alias: "chat", model: "gpt-oss-120b", base: chat.url, id: "chat-87fbcb" },
    { alias: "chat", model: "gpt-oss-120b", base: drained.url, id: "chat-e8815b", info: { disabled: true } },
    { alias: "summary", model: "llama-3.3-70b", base: summary.url, id: "summary-d25312" },
    { alias: "vision", model: "qwen3-vl-32b", base: vision.url, id: "vision-b3f290" },
    { alias: "vision", model: "qwen3-vl-32b", base: dead.url, id: "vision-41c08e" },
  ];
  for (const { url } of [coder, chat, vision])
    keepBusy(
      site,
      url,
      url === coder.url ? "qwen3-coder-30b" : url === chat.url ? "gpt-oss-120b" : "qwen3-vl-32b",
    );
  const url = await site.prober(entries);
  // A rate is one over ten seconds.
  await pause(14_000);
  return url;
}

async function everythingOut(site: Site): Promise<string> {
  const html = await site.simulator({ servedNames: ["x"] });
  html.control.fault("html");
  const url = await site.prober(
    [
      { alias: "coder", model: "qwen3-coder-30b", base: NOBODY, id: "coder-1" },
      { alias: "coder", model: "qwen3-coder-30b", base: NOBODY, id: "coder-2" },
      { alias: "chat", model: "gpt-oss-120b", base: "http://gpu-7.invalid:8000", id: "chat-1" },
      { alias: "summary", model: "llama-3.3-70b", base: html.url, id: "summary-1" },
    ],
    { prober: { load_time: "1s" } },
  );
  await until(async () => /None of 3 models can be called ·/.test(await textOf(url)), 30_000);
  return url;
}

async function firstRound(site: Site): Promise<string> {
  const [ready, hanging] = await Promise.all([
    site.simulator({ servedNames: ["a"] }),
    site.simulator({ servedNames: ["b"] }),
  ]);
  hanging.control.fault("hang-all");
  const entries: readonly Entry[] = [
    { alias: "a", model: "a", base: ready.url },
    { alias: "b", model: "b", base: hanging.url },
  ];
  // Nobody waits so long for one picture.
  site.write(writeConfig(entries, { prober: { timeout: "120s" } }));
  const url = await site.begin();
  await until(async () => /1 of 2 deployments have answered/.test(await textOf(url)), 20_000);
  return url;
}

/** What a gateway says that has heard nothing from its prober for long: its own text, as `/readyz?verbose` has it. */
const STALE = "[!] snapshot is stale (14 s old): the last verdicts are kept; is the prober running?\nready\n";

async function staleAtGateway(site: Site): Promise<string> {
  const gateway = createServer((_request, response) => response.end(STALE)).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  site.onClose(() => {
    gateway.close();
    gateway.closeAllConnections();
  });
  const { port } = gateway.address() as AddressInfo;
  const url = await site.prober(await wellEntries(site), { gateway: { port } });
  // Where its directory was there is a file: nothing can be written any more.
  rmSync(path.join(site.directory, "state"), { recursive: true, force: true });
  writeFileSync(path.join(site.directory, "state"), "");
  site.onClose(() => {
    rmSync(path.join(site.directory, "state"), { force: true });
    mkdirSync(path.join(site.directory, "state"));
  });
  await until(
    async () =>
      /snapshot (was last|has not been) written/.test(await textOf(url)) &&
      /snapshot is stale/.test(await textOf(url)),
    20_000,
  );
  return url;
}

async function configRefused(site: Site): Promise<string> {
  const url = await site.prober(await wellEntries(site));
  site.write(
    "model_list:\n  - model_name: chat\n    litellm_params: {model: [openai/gpt]\nrollcall: {probr: {}}\n",
  );
  await until(async () => /newest config is not used/.test(await textOf(url)), 20_000);
  return url;
}

async function many(site: Site): Promise<string> {
  const fleet = await startBigFleet({ interval: "10s" });
  site.onClose(() => fleet.close());
  await fleet.settled();
  fleet.command({ hang: 3, down: 40, redirect: 2 });
  await until(async () => /(models) cannot be called/.test(await textOf(fleet.url)), 60_000);
  await pause(12_000);
  return fleet.url;
}

export const STATES: readonly State[] = [
  {
    name: "all-well",
    title: /^All 3 models can be called$/,
    prepare: async (site) => site.prober(await wellEntries(site)),
  },
  { name: "some-out", title: /^1 of 4 models cannot be called$/, prepare: someOut },
  { name: "everything-out", title: /^None of 3 models can be called$/, prepare: everythingOut },
  { name: "first-round", title: /^Calling the roll$/, prepare: firstRound },
  {
    name: "stale-at-gateway",
    title: /^All 3 models can be called, but gateways go by older verdicts$/,
    prepare: staleAtGateway,
  },
  { name: "config-refused", title: /^All 3 models can be called$/, prepare: configRefused },
  { name: "no-deployment", title: /^The config names no deployments$/, prepare: startEmptyProber },
  { name: "10000-deployments", title: /^\d+ of 10,000 models cannot be called$/, prepare: many },
];
