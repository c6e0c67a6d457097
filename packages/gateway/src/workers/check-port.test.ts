import { createServer, type Server } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { listen, StartError } from "@rollcall/runtime";
import { checkPort } from "./check-port.ts";

const ADDRESS = { host: "127.0.0.1", port: 0, flag: "--port" };

function server(): Server {
  const one = createServer();
  onTestFinished(() => void one.close());
  return one;
}

test.each([true, false])(
  "a port that another process has is refused; shared by that one: %s",
  async (shared) => {
    const port = await listen(server(), { ...ADDRESS, shared });
    const checked = checkPort({ ...ADDRESS, port });
    await expect(checked).rejects.toBeInstanceOf(StartError);
    await expect(checked).rejects.toThrow(/in use by another process.*--port/);
  },
);

test("a free port is free afterwards too, and can then be shared", async () => {
  const first = createServer();
  const port = await listen(first, ADDRESS);
  await new Promise((resolve) => {
    first.close(resolve);
  });
  await checkPort({ ...ADDRESS, port });
  expect(await listen(server(), { ...ADDRESS, port, shared: true })).toBe(port);
  expect(await listen(server(), { ...ADDRESS, port, shared: true })).toBe(port);
});
