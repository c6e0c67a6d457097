import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ProberHarness } from "../../test/prober-harness.ts";
import { httpOf } from "../../test/prober-http.ts";
import { proberApp } from "../http/app.ts";
import { POLICY } from "./page-routes.ts";

const KEY = "sk-master";

async function site({ host = "127.0.0.1", masterKey }: { host?: string; masterKey?: string } = {}) {
  const harness = new ProberHarness(
    [
      { id: "one", alias: "chat", model: "upstream-one", base: "http://gpu-1:8000" },
      { id: "two", alias: "org/coder", model: "upstream-two", base: "http://gpu-2:8000" },
    ],
    masterKey === undefined ? {} : { masterKey },
  );
  harness.backends.serve("http://gpu-1:8000", "upstream-one");
  harness.backends.serve("http://gpu-2:8000", "another-name");
  await harness.start();
  const app = proberApp(httpOf(harness, { host, events: harness.prober.events }));
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const reply = await app.request(path, { headers });
    return { status: reply.status, headers: reply.headers, text: await reply.text(), request: app.request };
  };
  return { harness, app, get };
}

const basic = (password: string) => ({ authorization: `Basic ${btoa(`anybody:${password}`)}` });

describe("on loopback", () => {
  it.each(["/", "/a/chat", "/a/org%2Fcoder", "/a/org/coder", "/d/one", "/?state=out&text=x&page=3"])(
    "%s is a page of ours alone",
    async (path) => {
      const { get } = await site();
      const { status, headers, text } = await get(path);
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(headers.get("content-security-policy")).toBe(POLICY);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("set-cookie")).toBeNull();
      // Nothing inline, nothing from elsewhere.
      expect(text).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=|https?:\/\/(?!gpu-)/);
    },
  );

  it.each(["/a/nobody", "/d/nobody"])("%s is 404 in words", async (path) => {
    const { status, text, headers } = await (await site()).get(path);
    expect(status).toBe(404);
    expect(text).toContain("The config has nothing of that name");
    expect(headers.get("content-security-policy")).toBe(POLICY);
  });

  it.each([
    ["/", { host: "evil.example" }],
    ["/d/one", { host: "127.0.0.1", origin: "https://evil.example" }],
    ["/live", { host: "evil.example" }],
    ["/sign-in", { host: "evil.example" }],
  ])("%s is for no page of another site", async (path, headers) => {
    const { status, text } = await (await site()).get(path, headers);
    expect(status).toBe(403);
    expect(text).not.toMatch(/upstream|another-name|gpu-/);
  });

  it("what goes wrong inside is 500 in words, and says nothing of what", async () => {
    const { harness } = await site();
    const events = {
      oldest: 1,
      newest: 0,
      list: () => {
        throw new Error("sk-secret");
      },
    };
    const reply = await proberApp(httpOf(harness, { events })).request("/");
    const text = await reply.text();
    expect(reply.status).toBe(500);
    expect(text).toContain("This page could not be made");
    expect(text).not.toContain("sk-secret");
  });

  it("a text filters the table, without a script", async () => {
    const { get } = await site();
    const [, table = ""] = /id="fleet">(.*)id="changes"/s.exec((await get("/?text=ORG")).text) ?? [];
    expect(table).toContain('href="/d/two"');
    expect(table).not.toContain('href="/d/one"');
  });
});

describe("on all addresses", () => {
  const wide = () => site({ host: "0.0.0.0", masterKey: KEY });
  const SECRET = /upstream-|another-name|gpu-\d/;

  it.each(["/", "/?text=gpu-1", "/?text=another", "/a/chat"])(
    "%s shows no host and no name before the key",
    async (path) => {
      const { get } = await wide();
      const { status, text } = await get(path);
      expect(status).toBe(200);
      expect(text.replaceAll(/(?:value|data-live)="[^"]*"|<b><bdi>[^<]*<\/bdi><\/b>/g, "")).not.toMatch(
        SECRET,
      );
      expect(text).toContain("/sign-in");
    },
  );

  it("shows aliases, deployments and reasons before it, as /readyz?verbose does", async () => {
    const { text } = await (await wide()).get("/");
    expect(text).toContain("1 of 2 models cannot be called");
    expect(text).toMatch(/data-reason="wrong_name"/);
    expect(text).toContain("org/coder");
  });

  it("one deployment asks for the key at once", async () => {
    const { status, headers, text } = await (await wide()).get("/d/two");
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe('Basic realm="Rollcall", charset="UTF-8"');
    expect(text).not.toMatch(SECRET);
  });

  it("the key as a password shows all, whatever the name", async () => {
    const { get } = await wide();
    expect((await get("/sign-in", basic(KEY))).status).toBe(303);
    const { text } = await get("/", basic(KEY));
    expect(text).toMatch(/gpu-2:8000/);
    expect(text).toMatch(/another-name/);
    expect((await get("/d/two", basic(KEY))).status).toBe(200);
    // What the page links to is read the same way.
    for (const path of ["/status", "/events", "/explain/chat"])
      expect((await get(path, basic(KEY))).status).toBe(200);
  });

  it.each([
    ["another key", basic("sk-other")],
    ["no password", basic("")],
    ["no Basic at all", { authorization: "Basic !!!" }],
    ["the key as the name", { authorization: `Basic ${btoa(`${KEY}:`)}` }],
  ])("%s shows none", async (_what, headers) => {
    const { get } = await wide();
    expect((await get("/d/two", headers)).status).toBe(401);
    expect((await get("/", headers)).text).not.toMatch(SECRET);
  });

  it("a password changes nothing: browsers send it with the forms of other sites, too", async () => {
    const { app } = await wide();
    const reply = await app.request("/drain/one", { method: "POST", headers: basic(KEY) });
    expect(reply.status).toBe(401);
  });

  it("without a master key there is nothing to sign in with", async () => {
    const { get } = await site({ host: "0.0.0.0" });
    const { status, headers, text } = await get("/sign-in");
    expect([status, headers.get("www-authenticate")]).toEqual([401, null]);
    expect(text).toContain("set general_settings.master_key");
  });
});

describe("files", () => {
  const paths = (text: string) => [...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);

  it("have their hash in the path, are kept for ever and sent compressed", async () => {
    const { get, app } = await site();
    const found = paths((await get("/")).text);
    expect(found.length).toBe(3);
    for (const path of found) {
      const plain = await get(path);
      expect(plain.status).toBe(200);
      expect(plain.headers.get("cache-control")).toContain("immutable");
      const reply = await app.request(path, { headers: { "accept-encoding": "gzip, deflate" } });
      expect(reply.headers.get("content-encoding")).toBe("gzip");
      expect(gunzipSync(await reply.arrayBuffer()).toString()).toBe(plain.text);
      const etag = plain.headers.get("etag") ?? "";
      expect((await get(path, { "if-none-match": etag })).status).toBe(304);
    }
    expect((await get("/assets/status-page-000000000000.js")).status).toBe(404);
  });

  it("are small: a few KB of script", async () => {
    const { get, app } = await site();
    for (const path of paths((await get("/")).text)) {
      const reply = await app.request(path, { headers: { "accept-encoding": "br" } });
      expect((await reply.arrayBuffer()).byteLength).toBeLessThan(5 * 1_024);
    }
  });

  it("the page itself is compressed once for all who get the same", async () => {
    const { app, get } = await site();
    const reply = await app.request("/", { headers: { "accept-encoding": "gzip" } });
    expect(gunzipSync(await reply.arrayBuffer()).toString()).toBe((await get("/")).text);
    expect((await get("/", { "accept-encoding": "gzip;q=0" })).headers.get("content-encoding")).toBeNull();
  });
});
