import { type ChildProcess } from "node:child_process";
import { findChromium, freePort, noteVersion, until } from "@rollcall/testkit";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { end, startCommand } from "../src/big-fleet.ts";
import { look } from "../src/looked.ts";
import { Site, textOf, writeConfig, type Entry } from "../src/site.ts";

const executablePath = findChromium();
let browser: Browser;

beforeAll(async () => {
  if (executablePath !== null)
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
});
afterAll(() => browser?.close());

/** A site of its own, ended with the test. */
function newSite(): Site {
  const site = new Site();
  onTestFinished(() => site.close());
  return site;
}

async function read(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const looked = await look(browser, url, { viewport: { width: 1_280, height: 800 }, ...options });
  onTestFinished(async () => {
    await looked.close();
    expect(looked.elsewhere).toEqual([]);
  });
  return looked.page;
}

const isLive = (page: Page) =>
  page.waitForFunction(() => document.getElementById("as-of")?.textContent?.startsWith("Live") === true);
const heading = (page: Page) => page.locator("h1").innerText();
const rowOf = (page: Page, id: string) => page.locator("tr.line", { hasText: id });

async function two(site: Site): Promise<{ readonly url: string; readonly rename: (name: string) => void }> {
  const [chat, coder] = await Promise.all([
    site.simulator({ servedNames: ["gpt-oss-120b"] }),
    site.simulator({ servedNames: ["qwen3-coder-30b"] }),
  ]);
  const url = await site.prober([
    { alias: "chat", model: "gpt-oss-120b", base: chat.url, id: "chat-1" },
    { alias: "coder", model: "qwen3-coder-30b", base: coder.url, id: "coder-1" },
  ]);
  return { url, rename: (name) => coder.control.rename([name]) };
}

/** Milliseconds until the page says so by itself. */
async function timeUntil(page: Page, title: RegExp, state: RegExp): Promise<number> {
  return until(
    async () => title.test(await heading(page)) && state.test(await rowOf(page, "coder-1").innerText()),
    15_000,
  );
}

describe.skipIf(executablePath === null)("the open page (without a browser there is none)", () => {
  test("follows a rename and its end within 2 s, with probes every second, and is never loaded again", async ({
    task,
  }) => {
    noteVersion(task, ["chromium", browser.version()]);
    const { url, rename } = await two(newSite());
    const page = await read(url);
    await isLive(page);
    await page.evaluate(() => Object.assign(globalThis, { isTheSame: true }));
    rename("another-name");
    const out = await timeUntil(page, /^1 of 2 models cannot be called$/, /Wrong name/);
    expect(await page.title()).toBe("✕ 1 of 2 models cannot be called · Rollcall");
    expect(await page.locator(".case mark").count()).toBeGreaterThan(0);
    rename("qwen3-coder-30b");
    const back = await timeUntil(page, /^All 2 models can be called/, /Ready|Restarted/);
    process.stdout.write(`seen after ${Math.round(out)} ms, back after ${Math.round(back)} ms\n`);
    expect(Math.max(out, back)).toBeLessThan(2_000);
    expect(await page.evaluate(() => "isTheSame" in globalThis)).toBe(true);
    await until(
      async () => /1 of 2 models cannot be called/.test((await page.locator("#said").textContent()) ?? ""),
      10_000,
    );
  });

  test("says within 3 s that the prober was killed and how old the page is, and is live again with the next one", async () => {
    const site = newSite();
    const chat = await site.simulator({ servedNames: ["m"] });
    site.write(writeConfig([{ alias: "chat", model: "m", base: chat.url }]));
    const port = await freePort();
    const begin = (): ChildProcess =>
      startCommand(["prober", "--config", site.configFile, "--port", String(port), "--log-level", "silent"]);
    const url = `http://127.0.0.1:${port}`;
    const first = begin();
    site.onClose(() => end(first));
    await until(async () => /The model can be called/.test(await textOf(url).catch(() => "")), 20_000);
    const page = await read(url);
    await isLive(page);
    await end(first, "SIGKILL");
    const told = await until(async () =>
      /The prober does not answer. What you see is as of/.test(
        await page.locator("#state-of-page").innerText(),
      ),
    );
    process.stdout.write(`told after ${Math.round(told)} ms\n`);
    expect(told).toBeLessThan(3_000);
    expect(await page.title()).toMatch(/^\? stale/);
    expect(await page.locator("main .part use:not([href='#i-unknown'])").count()).toBe(0);
    const second = begin();
    site.onClose(() => end(second));
    await until(async () => ((await page.locator("#as-of").textContent()) ?? "").startsWith("Live"), 20_000);
    await until(
      async () =>
        (await page.locator("#state-of-page").innerText()) === "" &&
        (await page.locator("h1 use[href='#i-ok']").count()) === 1,
      20_000,
    );
  });

  test("stands still while it is paused, and while text is marked", async () => {
    const { url, rename } = await two(newSite());
    const page = await read(url);
    await isLive(page);
    await page.getByRole("button", { name: "Pause" }).click();
    rename("another-name");
    await page.getByText(/Paused at .* 1 change waits/).waitFor();
    expect(await heading(page)).toBe("All 2 models can be called");
    await page.getByRole("button", { name: "Go on" }).click();
    await until(async () => /cannot be called/.test(await heading(page)));
    await page.evaluate(() =>
      document.getSelection()?.selectAllChildren(document.querySelector("h1") as Element),
    );
    rename("qwen3-coder-30b");
    await page.getByText(/Held while text is selected/).waitFor();
    expect(await heading(page)).toMatch(/cannot be called/);
    await page.evaluate(() => document.getSelection()?.removeAllRanges());
    await until(async () => /All 2 models can be called/.test(await heading(page)));
  });

  test("what the reader looks at does not move when a case comes above it", async () => {
    const { url, rename } = await two(newSite());
    const page = await read(url, { viewport: { width: 1_280, height: 400 } });
    await isLive(page);
    await page.locator("#changes h2").scrollIntoViewIfNeeded();
    const top = () => page.locator("#fleet thead").evaluate((element) => element.getBoundingClientRect().top);
    await page.evaluate(() => scrollTo({ top: 380, behavior: "instant" }));
    const before = await top();
    rename("another-name");
    await page.locator(".case").waitFor();
    expect(Math.abs((await top()) - before)).toBeLessThan(2);
  });

  test("is read and filtered without JavaScript", async () => {
    const { url } = await two(newSite());
    const page = await read(url, { javaScriptEnabled: false });
    await page.getByLabel("Name or host contains").fill("cod");
    await page.getByRole("button", { name: "Filter" }).click();
    expect(await page.locator("tr.line").count()).toBe(1);
    expect(await page.getByText("1 of 2 deployments.").count()).toBe(1);
    await page.getByRole("link", { name: "Show all" }).click();
    expect(await page.locator("tr.line").count()).toBe(2);
    await page.getByRole("link", { name: "coder-1" }).first().click();
    expect(await heading(page)).toBe("coder-1: Ready");
    expect(await page.getByText("/v1/models").count()).toBeGreaterThan(0);
    await page.goto(`${url}/?text=nobody`);
    expect(await page.getByText("No deployment has a name or host with").count()).toBe(1);
  });

  test("is reached by keyboard in reading order, with a focus that is seen", async () => {
    const { url } = await two(newSite());
    const page = await read(url);
    await isLive(page);
    const order = await page.evaluate(() =>
      [...document.querySelectorAll("a, button, input, select")].map((element) =>
        element.outerHTML.slice(0, 80),
      ),
    );
    const reached: string[] = [];
    for (let index = 0; index < order.length; index += 1) {
      await page.keyboard.press("Tab");
      const [element, outline] = await page.evaluate(() => {
        const active = document.activeElement as Element;
        return [active.outerHTML.slice(0, 80), getComputedStyle(active).outlineStyle] as const;
      });
      expect(outline).not.toBe("none");
      reached.push(element);
    }
    expect(reached).toEqual(order);
  });

  test("names that are HTML stay names", async () => {
    const site = newSite();
    const hostile = `<img src=x onerror="document.title='hit'">`;
    const server = await site.simulator({ servedNames: [hostile] });
    const entries: readonly Entry[] = [
      { alias: `${hostile} & "'`, model: "m", base: server.url, id: hostile },
      { alias: "b", model: hostile, base: server.url },
    ];
    const url = await site.prober(entries);
    for (const path of [
      "/",
      `/d/${encodeURIComponent(hostile)}`,
      `/a/${encodeURIComponent(`${hostile} & "'`)}`,
    ]) {
      const page = await read(url + path);
      await isLive(page);
      expect(await page.locator("main img").count()).toBe(0);
      expect(await page.title()).not.toBe("hit");
      expect(await page.locator("main").innerText()).toContain("<img src=x onerror=");
    }
  });

  test("bound wide it shows hosts and names after a sign-in, and follows as before", async () => {
    const site = newSite();
    const server = await site.simulator({ servedNames: ["secret-name"] });
    const config = JSON.parse(
      writeConfig([{ alias: "chat", model: "other", base: server.url, id: "chat-1" }]),
    ) as object;
    const key = "sk-master";
    site.write(JSON.stringify({ ...config, general_settings: { master_key: key } }));
    const url = (await site.begin("0.0.0.0")).replace("0.0.0.0", "127.0.0.1");
    await until(async () => /cannot be called/.test(await textOf(url)), 20_000);
    const page = await read(url, { httpCredentials: { username: "me", password: key } });
    await isLive(page);
    expect(await page.content()).not.toMatch(/secret-name/);
    await page.getByRole("link", { name: /Sign in/ }).click();
    await isLive(page);
    expect(await page.locator("main").innerText()).toMatch(/secret-name/);
    server.control.rename(["other"]);
    await until(async () => /The model can be called/.test(await heading(page)), 15_000);
  });
});
