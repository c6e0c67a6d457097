import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { openServer } from "../src/server/server.ts";
import { configOf, snapshotOf, verdictOn } from "./deployments.ts";
import { askedOf, scriptedGateway } from "./scripted-gateway.ts";
import { socketBackend, type SocketBackendOptions } from "./socket-backend.ts";
import { connect, refusal } from "./socket-client.ts";

/** A gateway whose time the test moves, before a backend whose WebSockets it plays. */
async function timed(options: SocketBackendOptions = {}) {
  const backend = await socketBackend(options);
  const config = configOf(
    { one: { alias: "voice", params: { api_base: `${backend.url}/v1`, num_retries: 0 } } },
    { litellm_settings: { num_retries: 0 } },
  );
  const snapshot = snapshotOf(config.deployments.map((deployment) => verdictOn(deployment)));
  const { gateway, clock } = scriptedGateway(config, snapshot, { play: () => {} });
  const server = openServer(gateway, askedOf(gateway));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const pass = (ms: number) => {
    clock.jump(ms);
    gateway.deadlines.look();
  };
  return { backend, gateway, pass, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("an app that names no model is let go after ten seconds", async () => {
  const { backend, pass, url } = await timed();
  const app = await connect(`${url}/v1/realtime`);
  await app.next();
  pass(9_000);
  expect(app.socket.readyState).toBe(app.socket.OPEN);
  pass(1_000);
  expect(await app.nextEvent()).toMatchObject({ type: "error", error: { param: "model" } });
  expect(await app.closed).toMatchObject({ code: 1008 });
  expect(backend.upgrades).toHaveLength(0);
});

test("a backend that does not answer the upgrade is given up after ten seconds", async () => {
  const { backend, pass, url } = await timed({ refuse: () => {} });
  const refused = refusal(`${url}/v1/realtime?model=voice`);
  await vi.waitFor(() => expect(backend.upgrades.length).toBe(1));
  pass(10_000);
  expect(await refused).toMatchObject({
    status: 504,
    json: { error: { code: "upstream_timeout_connect" } },
  });
});

test("both sides are pinged every thirty seconds", async () => {
  const { backend, pass, url } = await timed();
  const app = await connect(`${url}/v1/realtime?model=voice`);
  for (let beats = 0; beats < 4; beats += 1) {
    const pings = Promise.all([once(app.socket, "ping"), once(backend.socket, "ping")]);
    pass(30_000);
    await pings;
    // The answers reach the gateway before the next beat.
    app.send("here");
    await vi.waitFor(() => expect(backend.received.length).toBe(beats + 1));
    backend.socket.send("here");
    await app.next();
  }
  expect(app.socket.readyState).toBe(app.socket.OPEN);
});

test("an app that answers no ping is let go, and so is its backend", async () => {
  const { backend, gateway, pass, url } = await timed();
  const app = await connect(`${url}/v1/realtime?model=voice`, { client: { autoPong: false } });
  for (let beats = 0; beats < 2; beats += 1) {
    pass(30_000);
    backend.socket.send("here");
    await app.next();
  }
  pass(30_000);
  expect(await app.closed).toMatchObject({ code: 1006 });
  await vi.waitFor(() => expect(backend.closes).toEqual([{ code: 1001, reason: "" }]));
  expect(gateway.health.inFlight).toBe(0);
});
