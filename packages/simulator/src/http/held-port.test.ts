import { once } from "node:events";
import { connect, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { failure } from "../../test/ask.ts";
import { holdPort, addressOf } from "./held-port.ts";

test.each(["127.0.0.1", "0.0.0.0"])(
  "a held port on %s refuses, and can be listened on once released",
  async (address) => {
    const port = await freePort();
    const held = await holdPort({ address, port });
    expect(held).toBeDefined();
    expect(await failure(once(connect(port, "127.0.0.1"), "connect"))).toBe("ECONNREFUSED");
    await held?.release();
    const server = createServer().listen(port, address);
    onTestFinished(() => void server.close());
    await once(server, "listening");
    expect(addressOf(server).port).toBe(port);
  },
);

test("a port on which somebody listens cannot be held, which is told and not thrown", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  expect(await holdPort(addressOf(server))).toBeUndefined();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = addressOf(server).port;
  server.close();
  await once(server, "close");
  return port;
}
