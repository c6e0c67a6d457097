import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { findChromium, noteVersion } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundlePage } from "../src/bundle-page.ts";
import { CLIENTS, LANGUAGES, REGISTRIES } from "../src/clients.ts";
import { install, installChromium, type Installed, installedSize } from "../src/install.ts";
import { noteTried } from "../src/lane-meta.ts";
import { missingFeatures } from "../src/optional-routes.ts";
import { firstMissing } from "../src/requirements.ts";
import { runClient, versionsOf } from "../src/run-client.ts";
import { BACKEND_KEY, CLIENT_KEY, openSite, UPSTREAM, type Site } from "../src/site.ts";
import { wholeStreams, wrongEnd } from "../src/stream-end.ts";
import type { Exchange } from "../src/tap.ts";

const MINUTE = 60_000;
const say = (line: string) => void process.stdout.write(`${line}\n`);

let site: Site;
let missing: Awaited<ReturnType<typeof missingFeatures>>;
let browser: Readonly<Record<string, string>> = {};
const pages = mkdtempSync(path.join(os.tmpdir(), "rollcall-page-"));
const installed = new Map<string, Installed>();

beforeAll(async () => {
  for (const language of LANGUAGES) {
    const { absent, seconds } = await install(language);
    installed.set(language, { seconds, ...(absent !== undefined && { absent }) });
    const size = absent === undefined ? `installed, ${await installedSize(language)}` : absent;
    say(`clients in ${language}: ${size} (${Math.round(seconds)} s)`);
  }
  browser = await prepareBrowser();
  site = await openSite();
  missing = await missingFeatures(site.gateway);
  for (const [feature, reason] of missing) say(`${feature} is not tried: ${reason}`);
}, 25 * MINUTE);
afterAll(async () => {
  rmSync(pages, { recursive: true, force: true });
  await site?.close();
}, MINUTE);

/** What the browser's script reads. */
async function prepareBrowser(): Promise<Readonly<Record<string, string>>> {
  if (installed.get("javascript")?.absent !== undefined) return {};
  if (findChromium() === null) await installChromium();
  const page = path.join(pages, "page.js");
  await bundlePage(page);
  return { ROLLCALL_PAGE: page, ROLLCALL_CHROMIUM: findChromium() ?? "" };
}

/** One client's script runs once; each feature is a test of its own. */
describe.each(CLIENTS.map((client) => [client.name, client.language, client] as const))(
  "%s, %s",
  (_name, _language, client) => {
    let said: Awaited<ReturnType<typeof runClient>>;
    let exchanges: readonly Exchange[] = [];
    let versions: Readonly<Record<string, string>> = {};
    let absent: string | undefined;

    beforeAll(async () => {
      absent = installed.get(client.language)?.absent;
      absent ??= await firstMissing(client.requires ?? [], site.gateway);
      const only = client.features.filter((feature) => !missing.has(feature));
      if (only.length === 0) absent ??= missing.get(client.features[0] ?? "chat");
      if (absent !== undefined) {
        say(`${client.name} (${client.language}) is not tried: ${absent}`);
        return;
      }
      versions = await versionsOf(client);
      site.tap.take();
      said = await runClient(client, site, { only, env: browser });
      exchanges = site.tap.take();
    }, 10 * MINUTE);

    test.for(client.features)("%s", (feature, { task, skip }) => {
      const { name: called, language } = client;
      const fails = client.fails?.[feature];
      const printed = Object.entries(versions).map((pair) => pair.join(" "));
      for (const [name, version] of Object.entries(versions))
        noteVersion(task, [`${REGISTRIES[language]} ${name}`, version]);
      const about = { client: called, language, feature, versions: printed.join(", ") };
      noteTried(task, fails === undefined ? about : { ...about, fails });
      const reason = absent ?? missing.get(feature);
      if (reason !== undefined) skip(reason);
      const result = said.results.get(feature) ?? { ok: false, error: said.output };
      if (!result.ok && fails === undefined) throw new Error(result.error);
      expect(result.ok).toBe(fails === undefined);
    });

    test("each of its streams ends with one terminal event", ({ skip }) => {
      if (absent !== undefined) skip(absent);
      expect(exchanges.length).toBeGreaterThan(0);
      const wrong = wholeStreams(exchanges).map((exchange) => [exchange.path, wrongEnd(exchange)]);
      expect(wrong.filter(([, fault]) => fault !== undefined)).toEqual([]);
    });

    test("it sees nothing of what is behind the gateway", ({ skip }) => {
      if (absent !== undefined) skip(absent);
      const hosts = Object.values(site.simulators).map(({ url }) => new URL(url).host);
      const secret = [UPSTREAM, BACKEND_KEY, ...hosts];
      const told = exchanges.flatMap(({ path: route, text }) =>
        secret
          .filter((word) => text.includes(word))
          .map((word) => `${word} at ${route}: ${text.slice(0, 500)}`),
      );
      expect(told).toEqual([]);
    });
  },
);

test("no client's key reaches a backend, and each request has the backend's", () => {
  const requests = Object.values(site.simulators)
    .flatMap(({ seen }) => seen.requests)
    .filter(({ path: route }) => /^\/v[12]\/(?!models)/.test(route));
  expect(requests.length).toBeGreaterThan(0);
  expect([...new Set(requests.map(({ apiKey }) => apiKey))]).toEqual([BACKEND_KEY]);
  expect(requests.filter(({ headers }) => JSON.stringify(headers).includes(CLIENT_KEY))).toEqual([]);
  const models = new Set(requests.flatMap(({ model }) => (model === undefined ? [] : [model])));
  expect([...models]).toEqual([UPSTREAM]);
});
