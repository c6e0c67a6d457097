import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A page as one reader sees it, and what the browser had to say of it. */
export interface Looked {
  readonly page: Page;
  /** Whatever the console got, errors included. */
  readonly said: readonly string[];
  /** Requests to anywhere but the prober. */
  readonly elsewhere: readonly string[];
  readonly close: () => Promise<void>;
}

export async function look(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Looked> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const said: string[] = [];
  const elsewhere: string[] = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  const { origin } = new URL(url);
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) elsewhere.push(request.url());
  });
  await page.goto(url);
  return { page, said, elsewhere, close: () => context.close() };
}

/** What axe finds wrong, a line each. Evaluated by the debugger, which no policy of the page's stops. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    interface Violation {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ""}`),
    );
  });
}
