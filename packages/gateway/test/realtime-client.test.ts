import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import { AzureOpenAI } from "openai";
import { OpenAIRealtimeWebSocket } from "openai/realtime/websocket";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { expect, onTestFinished, test, vi } from "vitest";
import { selfSigned } from "@rollcall/simulator";
import { gatewayFor, MASTER_KEY, simulator } from "./harness.ts";

/** What the SDK's two classes have in common. */
type Realtime = OpenAIRealtimeWS | OpenAIRealtimeWebSocket;

/** The usage of one response, as the SDK reads it. */
async function ask(realtime: Realtime) {
  const models: unknown[] = [];
  realtime.on("session.created", ({ session }) => models.push("model" in session ? session.model : null));
  realtime.on("session.updated", ({ session }) => models.push("model" in session ? session.model : null));
  const done = Promise.withResolvers<number | undefined>();
  realtime.on("response.done", ({ response }) => done.resolve(response.usage?.output_tokens));
  realtime.on("error", (error) => done.reject(error));
  if (realtime.socket instanceof WebSocket) await once(realtime.socket, "open");
  else await once(realtime.socket, "open");
  realtime.send({ type: "session.update", session: { type: "realtime", instructions: "Be brief." } });
  realtime.send({ type: "response.create" });
  const usage = await done.promise;
  realtime.close();
  return { models, usage };
}

async function site() {
  const backend = await simulator({ kind: "localai" });
  const gateway = await gatewayFor({ voice: [backend] });
  const url = await behindTls(gateway.port);
  const client = (options: object = {}) => gateway.client({ baseURL: `${url}/v1`, ...options });
  return { backend, client, url };
}

/** As gateways stand in production: the SDK speaks nothing but TLS on WebSockets. */
async function behindTls(port: number): Promise<string> {
  const certificate = selfSigned("self-signed", Date.now());
  const before = tls.getCACertificates("default");
  tls.setDefaultCACertificates([...before, certificate.cert]);
  const server = tls.createServer(certificate, (socket) => {
    const upstream = net.connect(port, "127.0.0.1");
    for (const one of [socket, upstream]) one.on("error", () => {});
    socket.pipe(upstream).pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    tls.setDefaultCACertificates(before);
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const WHOLE = { models: ["voice", "voice"], usage: 12 };

test("OpenAI's SDK talks through Node's library", async () => {
  const { client } = await site();
  expect(await ask(await OpenAIRealtimeWS.create(client(), { model: "voice" }))).toEqual(WHOLE);
});

test("OpenAI's SDK talks as in a browser, with its key in a sub-protocol", async () => {
  const { backend, client } = await site();
  const inBrowser = client({ dangerouslyAllowBrowser: true });
  expect(await ask(await OpenAIRealtimeWebSocket.create(inBrowser, { model: "voice" }))).toEqual(WHOLE);
  expect(JSON.stringify(backend.seen.last("/v1/realtime"))).not.toContain(MASTER_KEY);
});

test("Azure's SDK talks under its own path", async () => {
  const { url } = await site();
  const client = new AzureOpenAI({
    endpoint: url,
    apiKey: MASTER_KEY,
    apiVersion: "2026-01-01",
    deployment: "voice",
  });
  expect(await ask(await OpenAIRealtimeWS.azure(client))).toEqual(WHOLE);
});

test("OpenAI's SDK hears of a model that does not exist", async () => {
  const { client } = await site();
  const realtime = await OpenAIRealtimeWS.create(client(), { model: "nobody" });
  const heard = vi.fn<(error: Error) => void>();
  realtime.on("error", heard);
  await vi.waitFor(() => expect(heard).toHaveBeenCalled());
  expect(heard.mock.calls[0]?.[0].message).toContain("404");
});
