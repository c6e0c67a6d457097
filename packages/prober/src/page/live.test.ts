import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { settle, until } from "@rollcall/testkit";
import { expect, it, onTestFinished } from "vitest";
import { ProberHarness } from "../../test/prober-harness.ts";
import { httpOf } from "../../test/prober-http.ts";
import { proberApp } from "../http/app.ts";

interface Heard {
  readonly type: string;
  readonly data: string;
}

async function looked() {
  const harness = new ProberHarness([
    { id: "one", alias: "chat", base: "http://gpu-1:8000" },
    { id: "two", alias: "coder", base: "http://gpu-2:8000" },
  ]);
  for (const base of ["http://gpu-1:8000", "http://gpu-2:8000"]) harness.backends.serve(base, "llama");
  await harness.start();
  const app = proberApp(httpOf(harness, { events: harness.prober.events }));
  const server = createAdaptorServer({ fetch: app.fetch }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const end = new AbortController();
  onTestFinished(async () => {
    end.abort();
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
    // The loop sees that nobody follows any more.
    await settle();
    await harness.clock.advance(1_000);
  });
  const url = `http://127.0.0.1:${port}`;
  const follow = async (path: string) => {
    const heard: Heard[] = [];
    const reply = await fetch(url + path, { signal: end.signal });
    void read(reply, heard).catch(() => {});
    await until(() => heard.length > 0);
    return heard;
  };
  return { harness, url, follow };
}

async function read(reply: Response, heard: Heard[]): Promise<void> {
  let text = "";
  for await (const chunk of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const [, type = "", data = ""] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
      heard.push({ type, data });
    }
  }
}

const changes = (heard: readonly Heard[]) =>
  heard
    .filter(({ type }) => type === "change")
    .map(({ data }) => JSON.parse(data) as Record<string, unknown>);

const idsIn = (change: Record<string, unknown> = {}) =>
  ((change["pieces"] ?? []) as { id: string }[]).map(({ id }) => id);

it("those who look hear what changed, once for all, and what to say aloud", async () => {
  const { harness, url, follow } = await looked();
  const page = await (await fetch(url)).text();
  const version = /data-version="([^"]+)"/.exec(page)?.[1] ?? "";
  const [one, other] = [await follow(`/live?seen=${version}`), await follow(`/live?seen=${version}`)];
  expect(changes(one)).toEqual([]);
  harness.backends.serve("http://gpu-2:8000", "qwen");
  await harness.clock.advance(3_500);
  await until(() => [one, other].every((heard) => changes(heard).some(({ said }) => said !== "")));
  const first = changes(one).find(({ said }) => said !== "");
  expect(first).toMatchObject({
    title: "✕ 1 of 2 models cannot be called · Rollcall",
    said: "1 of 2 models cannot be called. two: wrong name.",
  });
  const ids = idsIn(first);
  expect(ids).toEqual(expect.arrayContaining(["headline", "todo", "l2", "l3"]));
  expect(ids).not.toContain("fleet");
  expect(changes(other)).toEqual(changes(one));
  expect(one.some(({ type }) => type === "beat")).toBe(true);
});

it("one who has missed something gets the whole", async () => {
  const { follow } = await looked();
  const heard = await follow("/live?seen=somebody-elses.7");
  await until(() => changes(heard).length > 0);
  const ids = idsIn(changes(heard)[0]);
  expect(ids).toEqual(["headline", "notices", "todo", "fleet", "changes", "fine"]);
});

it("follows one deployment alone, and nothing where there is none", async () => {
  const { url, follow } = await looked();
  const heard = await follow("/live?deployment=one&seen=none");
  await until(() => changes(heard).length > 0);
  expect(changes(heard)[0]).toMatchObject({ title: "✓ one: Ready · Rollcall" });
  expect((await fetch(`${url}/live?deployment=nobody`)).status).toBe(404);
});

it("costs nothing while nobody looks", async () => {
  const { harness, url } = await looked();
  await (await fetch(url)).text();
  await harness.clock.advance(10_000);
  const before = harness.clock.sleepers;
  await harness.clock.advance(10_000);
  expect(harness.clock.sleepers).toBe(before);
});
