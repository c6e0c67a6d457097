import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import * as with_ from "./features.mjs";

const BUNDLE = readFileSync(process.env.ROLLCALL_PAGE);

// A page of another origin than the gateway's.
const server = createServer((request, response) => {
  const isPage = request.url === "/";
  response.setHeader("content-type", isPage ? "text/html" : "text/javascript");
  response.end(isPage ? '<!doctype html><script type="module" src="/page.js"></script>' : BUNDLE);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

const browser = await chromium.launch({
  executablePath: process.env.ROLLCALL_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.waitForFunction(() => window.inPage !== undefined);

/** Calls one of the page's functions. */
const inPage = (name, key = with_.KEY) =>
  page.evaluate(([call, site]) => window.inPage[call](site), [name, { url: with_.URL_OF_GATEWAY, key }]);

await with_.tryFeatures({
  chat: async () => {
    const { status, model, requestId } = await inPage("fetchChat");
    assert.deepEqual([status, model], [200, "chat"]);
    // A header of ours that pages may read.
    assert.match(requestId, /^req-/);
    assert.ok((await inPage("openaiChat")).length > 0);
  },
  stream: async () => assert.ok((await inPage("openaiStream")).length > 1),
  "responses-stream": async () =>
    assert.equal((await inPage("openaiResponses")).at(-1), "response.completed"),
  models: async () => assert.ok((await inPage("openaiModels")).includes("team/embed")),
  "wrong-key": async () => {
    assert.deepEqual(await inPage("openaiFailure", with_.WRONG_KEY), {
      status: 401,
      code: "invalid_api_key",
    });
  },
});
