import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Cell, faultOf, NO_FAULT, type SettingsStatus } from "@rollcall/runtime";
import { expect, it, onTestFinished } from "vitest";
import { ProberHarness } from "../../test/prober-harness.ts";
import { httpOf } from "../../test/prober-http.ts";
import { readyHistory } from "../../test/deployment-histories.ts";
import { Events } from "../events.ts";
import { proberApp } from "./app.ts";

const SECRET = /gpu-\d|10\.9\.8\.7|8000|sk-|upstream-|another-|\/team/;

/** A fleet in trouble of several kinds, on all addresses, with words that give a leak away. */
async function troubled() {
  const harness = new ProberHarness(
    [
      { id: "1", alias: "a", model: "upstream-one", base: "http://gpu-1:8000/team", key: "sk-backend" },
      { id: "2", alias: "a", model: "upstream-two", base: "http://gpu-2:8000" },
      { id: "3", alias: "org/b", model: "upstream-three", base: "http://10.9.8.7:8000" },
    ],
    { masterKey: "sk-master" },
  );
  harness.backends.serve("http://gpu-1:8000", "upstream-one");
  harness.backends.serve("http://gpu-2:8000", "another-name");
  await harness.start();
  const events = new Events();
  const { verdict } = readyHistory();
  events.record(verdict, { ...verdict, found: ["another-name"] }, 0);
  const fault = faultOf("config.yaml:7: error: http://gpu-1:8000 sk-backend");
  const status = new Cell<SettingsStatus>({ ...NO_FAULT, fault });
  const app = proberApp(httpOf(harness, { host: "0.0.0.0", events, source: { status } }));
  // A server, since what holds the snapshot answers on its sockets.
  const server = createAdaptorServer({ fetch: app.fetch }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return (route: string, init: RequestInit) => fetch(`http://127.0.0.1:${port}${route}`, init);
}

it.each([
  ["GET", "/livez", 200],
  ["GET", "/readyz", 503],
  ["GET", "/readyz?verbose", 503],
  ["GET", "/readyz?verbose&require=all", 503],
  ["GET", "/readyz?require=x", 400],
  ["GET", "/readyz/a?verbose", 200],
  ["GET", "/readyz/x?verbose", 404],
  ["GET", "/readyz/deployment/2?verbose", 503],
  ["GET", "/readyz/deployment/9?verbose", 404],
  ["GET", "/metrics", 200],
  ["POST", "/probe/1", 200],
  ["POST", "/probe/9", 200],
  ["GET", "/", 200],
  ["GET", "/?state=out", 200],
  ["GET", "/a/a", 200],
  ["GET", "/a/nobody", 404],
  ["GET", "/d/1", 401],
  ["GET", "/sign-in", 401],
  ["GET", "/live?deployment=1", 401],
  ["GET", "/nowhere", 404],
  ["GET", "/status", 401],
  ["GET", "/events", 401],
  ["GET", "/events?since=x", 401],
  ["GET", "/explain/a", 401],
  ["GET", "/explain/upstream", 401],
  ["GET", "/state", 401],
])("%s %s tells those without a key no host, no key and no served name: %i", async (method, path, status) => {
  const reply = await (await troubled())(path, { method });
  const text = await reply.text();
  expect(reply.status).toBe(status);
  expect(text).not.toBe("");
  expect(text).not.toMatch(SECRET);
  expect(JSON.stringify([...reply.headers])).not.toMatch(SECRET);
});

it.each(["/status", "/events", "/explain/a"])(
  "with the key %s tells them, and still no key",
  async (path) => {
    const headers = { authorization: "Bearer sk-master" };
    const reply = await (await troubled())(path, { headers });
    const text = await reply.text();
    expect(reply.status).toBe(200);
    expect(text).toMatch(/another-name/);
    // The config's own complaint quotes the config: it is the operator's.
    expect(text.replace(/"configFault":"[^"]*"/, "")).not.toMatch(/sk-/);
  },
);
