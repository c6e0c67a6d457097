import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { sendDrain, type DrainReply, type DrainRequest } from "./prober-client.ts";

const REQUEST = { action: "drain", name: "org/chat 1", all: false, by: "root@ops", reason: "why" } as const;
const DONE = { deployments: [], unavailable: [], kept: true };

/** A prober that answers so, and what it was asked. */
async function asked(status: number, body: string, request: DrainRequest = REQUEST) {
  const seen: string[] = [];
  const server = createServer((message, response) => {
    let text = "";
    message.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
    message.on("end", () => {
      seen.push(`${message.method} ${message.url} ${message.headers.authorization} ${text}`);
      response.writeHead(status).end(body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { seen, url, reply: await sendDrain({ url, key: "sk-1" }, request) };
}

test.each<[Partial<DrainRequest>, string]>([
  [{}, 'POST /drain/org%2Fchat%201 Bearer sk-1 {"by":"root@ops","reason":"why"}'],
  [
    { action: "undrain", all: true },
    'DELETE /drain/org%2Fchat%201?all Bearer sk-1 {"by":"root@ops","reason":"why"}',
  ],
])("%j is asked for as %s", async (change, line) => {
  expect((await asked(200, JSON.stringify(DONE), { ...REQUEST, ...change })).seen).toEqual([line]);
});

const UNKNOWN = 'no alias or deployment "x" in the config';

test.each<[string, { status: number; body: object | string }, Partial<DrainReply>]>([
  ["done", { status: 200, body: DONE }, { answer: DONE, error: null, isUnknown: false }],
  [
    "held by the config",
    { status: 409, body: { ...DONE, error: "held" } },
    { answer: { ...DONE, error: "held" }, error: "held" },
  ],
  [
    "refused words",
    { status: 400, body: { error: "reason must be" } },
    { answer: null, error: "reason must be" },
  ],
  [
    "an unknown name",
    { status: 404, body: { error: UNKNOWN } },
    { answer: null, error: UNKNOWN, isUnknown: true },
  ],
  [
    "a prober of the version before",
    { status: 404, body: { error: "no such route; try /livez" } },
    { answer: null, error: expect.stringContaining("answers 404: is that a prober"), isUnknown: false },
  ],
  [
    "somebody else",
    { status: 200, body: "<html>" },
    {
      answer: null,
      error: expect.stringMatching(/answers 200: is that a prober, and one that can drain\?$/),
    },
  ],
  [
    "a missing key",
    { status: 401, body: { error: "orders need the master key" } },
    { answer: null, error: expect.stringContaining("wants the master key: pass --config") },
  ],
])("%s", async (_what, { status, body }, expected) => {
  const { reply } = await asked(status, typeof body === "string" ? body : JSON.stringify(body));
  expect(reply).toMatchObject(expected);
});

test("one that is away is told of, and nothing is thrown", async () => {
  const reply = await sendDrain({ url: "http://127.0.0.1:9", key: null }, REQUEST);
  expect(reply).toEqual({ answer: null, isUnknown: false, error: "no prober answers at http://127.0.0.1:9" });
});
