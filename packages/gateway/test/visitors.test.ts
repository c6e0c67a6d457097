import { describe, expect, test } from "vitest";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator } from "./harness.ts";
import { rawRequest, sendRaw } from "./raw.ts";

const CHAT = "POST /v1/chat/completions HTTP/1.1";
const MODELS = "GET /v1/models HTTP/1.1";
const BODY = JSON.stringify({ model: "chat", messages: MESSAGES });

/** A gateway without a key, and what it answers to these headers. */
async function keyless(gateway: object = {}) {
  const backend = await simulator();
  const { port } = await gatewayFor({ chat: [backend] }, { settings: { general_settings: {} }, gateway });
  const ask = (start: string, headers: Record<string, string>) => {
    const body = start === CHAT ? BODY : "";
    return sendRaw(port, rawRequest(start, { ...headers, "content-length": String(body.length) }, body));
  };
  return { ask, backend, port };
}

describe("a gateway without a key", () => {
  test("serves its own machine, by whatever name", async () => {
    const { ask, port } = await keyless();
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      expect((await ask(CHAT, { host })).status).toBe(200);
      expect((await ask(MODELS, { host, origin: `http://${host}` })).status).toBe(200);
    }
  });

  test.each<[string, Record<string, string>, string]>([
    ["that was made to lead here", { host: "evil.example" }, "Host: evil.example"],
    [
      "that sends what needs no permission",
      { host: "127.0.0.1", origin: "https://evil.example", "content-type": "text/plain" },
      "Origin: https://evil.example",
    ],
  ])("refuses the page of a site %s, and says how to admit it", async (_case, headers, shown) => {
    const { ask, backend } = await keyless();
    for (const start of [CHAT, MODELS]) {
      const { status, body } = await ask(start, headers);
      expect(status).toBe(403);
      const { error } = JSON.parse(body) as { error: { message: string; code: string } };
      expect(error.code).toBe("host_not_allowed");
      expect(error.message).toContain(`\`${shown}\``);
      expect(error.message).toContain("rollcall.gateway.allowed_hosts");
    }
    expect(backend.seen.count()).toBe(0);
  });

  test("serves the names that the config allows", async () => {
    const { ask } = await keyless({ allowed_hosts: ["Chat.example"] });
    expect((await ask(CHAT, { host: "chat.example:4000", origin: "https://chat.example" })).status).toBe(200);
    expect((await ask(CHAT, { host: "evil.example" })).status).toBe(403);
  });

  test("answers probes by any name", async () => {
    const { ask } = await keyless();
    expect((await ask("GET /livez HTTP/1.1", { host: "evil.example" })).status).toBe(200);
  });
});

test("where a key is asked for, the key is enough", async () => {
  const { port } = await gatewayFor({ chat: [await simulator()] });
  const headers = {
    host: "chat.example",
    origin: "https://elsewhere.example",
    authorization: `Bearer ${MASTER_KEY}`,
    "content-length": String(BODY.length),
  };
  expect((await sendRaw(port, rawRequest(CHAT, headers, BODY))).status).toBe(200);
});
