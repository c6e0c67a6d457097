import { mkdirSync } from "node:fs";
import path from "node:path";
import { findChromium, noteVersion } from "@rollcall/testkit";
import { chromium, type Browser, type BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { look, violationsOf } from "../src/looked.ts";
import { Site } from "../src/site.ts";
import { STATES } from "../src/states.ts";

/** For people to look at. */
const PICTURES = path.join(import.meta.dirname, "../pictures");

const executablePath = findChromium();
let browser: Browser;

beforeAll(async () => {
  if (executablePath === null) return;
  mkdirSync(PICTURES, { recursive: true });
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
});
afterAll(() => browser?.close());

const DESK = { width: 1_280, height: 800 };
const READERS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { viewport: DESK, colorScheme: "light" },
  dark: { viewport: DESK, colorScheme: "dark" },
  phone: { viewport: { width: 360, height: 740 }, colorScheme: "light", hasTouch: true, isMobile: true },
  "phone-dark": {
    viewport: { width: 360, height: 740 },
    colorScheme: "dark",
    hasTouch: true,
    isMobile: true,
  },
};

describe.skipIf(executablePath === null)("pictures (without a browser there are none)", () => {
  describe.each(STATES.map((state) => [state.name, state] as const))("%s", (name, state) => {
    let site: Site;
    let url: string;
    beforeAll(async () => {
      site = new Site();
      url = await state.prepare(site);
    });
    afterAll(() => site.close());

    test.for(Object.entries(READERS))(
      "%s: no violation, no message, nothing from elsewhere, no sideways scroll",
      async ([reader, options], { task }) => {
        noteVersion(task, ["chromium", browser.version()]);
        const { page, said, elsewhere, close } = await look(browser, url, options);
        await page.waitForFunction(
          () => document.getElementById("as-of")?.textContent?.startsWith("Live") === true,
        );
        expect(await page.locator("h1").innerText()).toMatch(state.title);
        await page.screenshot({ path: path.join(PICTURES, `${name}-${reader}.png`), fullPage: true });
        expect(await violationsOf(page)).toEqual([]);
        expect(said).toEqual([]);
        expect(elsewhere).toEqual([]);
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0);
        await close();
      },
    );

    test("320 px wide: no sideways scroll; on paper no buttons", async () => {
      const { page, close } = await look(browser, url, { viewport: { width: 320, height: 640 } });
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      await page.emulateMedia({ media: "print" });
      expect(await page.locator("button:visible, input:visible").count()).toBe(0);
      await close();
    });

    test("without JavaScript it says the same", async () => {
      const { page, close } = await look(browser, url, { javaScriptEnabled: false });
      expect(await page.locator("h1").innerText()).toMatch(state.title);
      expect(await page.getByText("Reload").count()).toBe(1);
      await close();
    });
  });
});
