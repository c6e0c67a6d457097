import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { ANONYMOUS, MASTER, type Principal } from "@rollcall/contract";
import { askedOf, run, scriptedGateway, scriptedRequest } from "../../test/scripted-gateway.ts";
import { seededConfig, SNAPSHOT } from "../../test/one-request/site.ts";
import { whole } from "../../test/one-request/request-cases.ts";
import { gatewayApp } from "./app.ts";

/** A gateway's own routes, asked by such a one. */
async function site(principal: Principal, host = "127.0.0.1") {
  const access = { authenticator: { authenticate: () => principal }, authorize: null, admission: null };
  const { gateway } = scriptedGateway(seededConfig(), SNAPSHOT, {
    access,
    play: (attempt) => whole(attempt, { pass: () => {}, leave: () => {} }),
  });
  await run(gateway, scriptedRequest("r-1", { model: "chat" }));
  const services = { ...gateway, host };
  const app = gatewayApp(services, askedOf(gateway));
  return async (line: string) => {
    const [method = "", path = ""] = line.split(" ");
    const incoming = Object.assign(new IncomingMessage(new Socket()), { headers: {} });
    const answer = await app.request(path, { method }, { incoming });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };
}

test("a request that has ended is explained", async () => {
  const ask = await site(MASTER);
  const { status, json } = await ask("GET /explain/request/r-1");
  expect(status).toBe(200);
  expect(json).toMatchObject({ found: { requestId: "r-1", alias: "chat" }, kept: 1, capacity: 10_000 });
});

test("one that is not known says since when all are", async () => {
  const ask = await site(MASTER);
  const { status, json } = await ask("GET /explain/request/r-2");
  expect(status).toBe(404);
  expect(json).toEqual({ found: null, kept: 1, capacity: 10_000, since: 1_700_000_000_000 });
});

test("how much is logged is told, ordered, and taken back", async () => {
  const ask = await site(MASTER);
  const orders = ["GET /logging", "POST /logging?level=debug", "GET /logging", "POST /logging?level=config"];
  const answers: object[] = [];
  for (const order of orders) answers.push((await ask(order)).json);
  expect(answers).toEqual([
    { level: "info", by: "config" },
    { level: "debug", by: "order" },
    { level: "debug", by: "order" },
    { level: "info", by: "config" },
  ]);
  expect((await ask("POST /logging?level=loud")).status).toBe(400);
  expect((await ask("POST /logging")).status).toBe(400);
});

const KEY: Principal = { kind: "key", id: "k-1" };

test.each([
  ["the master key, wherever it listens", MASTER, "0.0.0.0", true],
  ["a virtual key", KEY, "127.0.0.1", false],
  ["anybody on this machine, where no key is asked for", ANONYMOUS, "127.0.0.1", true],
  ["anybody of the network", ANONYMOUS, "0.0.0.0", false],
])("%s: %s", async (...[, principal, host, isLetIn]) => {
  const ask = await site(principal, host);
  for (const line of ["GET /explain/request/r-1", "GET /logging", "POST /logging?level=info"])
    expect((await ask(line)).status).toBe(isLetIn ? 200 : 403);
});
