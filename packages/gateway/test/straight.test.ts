import { expect, test } from "vitest";
import { gatewayFor, MASTER_KEY, MESSAGES, simulator, type Answer } from "./harness.ts";
import { rawRequest, sendRaw } from "./raw.ts";

/** What an app can tell two answers apart by, but for what is new in each. */
function seen({ status, headers, text }: Answer) {
  const names = Object.keys(headers).toSorted();
  const { "content-type": type, "x-rollcall-deployment": deployment } = headers;
  return { status, names, type, deployment, text: text.replaceAll(/"(id|created)": ?("[^"]*"|\d+)/g, "") };
}

// What is asked with a query takes the way through the router.
test.each(["/v1/chat/completions", "/chat/completions"])(
  "POST %s is the same with and without a router",
  async (route) => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    for (const body of [{ model: "chat", messages: MESSAGES }, { model: "none" }, {}, "[]", "{", ""]) {
      const [straight, routed] = [
        await gateway.ask(route, { body }),
        await gateway.ask(`${route}?x=1`, { body }),
      ];
      expect(seen(straight)).toEqual(seen(routed));
    }
  },
);

test.each(["a b/c", "a:99999", "a:b:c"])("the Host %j is refused, whatever the route", async (host) => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  const headers = { host, authorization: `Bearer ${MASTER_KEY}`, "content-length": "0" };
  const { status } = await sendRaw(gateway.port, rawRequest("POST /v1/chat/completions HTTP/1.1", headers));
  expect(status).toBe(400);
});

test.each([
  ["two Hosts", "HTTP/1.1", "Host: a\r\nHost: a\r\n"],
  ["another major version", "HTTP/2.0", "Host: a\r\n"],
])("%s are refused where no endpoint is asked for, too", async (_case, version, hosts) => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  const key = `Authorization: Bearer ${MASTER_KEY}\r\nConnection: close\r\n\r\n`;
  const { status } = await sendRaw(gateway.port, `GET /v1/models ${version}\r\n${hosts}${key}`);
  expect(status).toBe(400);
});
