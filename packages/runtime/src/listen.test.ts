import { createServer, type Server } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { EXIT, StartError } from "./exit-codes.ts";
import { listen, printAddress } from "./listen.ts";

function server(): Server {
  const one = createServer();
  onTestFinished(() => void one.close());
  return one;
}

const LOOPBACK = { host: "127.0.0.1", port: 0, flag: "--port" };

test("listens on a free port where 0 is asked for, and tells which", async () => {
  const one = server();
  const port = await listen(one, LOOPBACK);
  expect(port).toBeGreaterThan(0);
  expect(one.address()).toMatchObject({ address: "127.0.0.1", port });
});

test("leaves no listener of its own for later errors to vanish in", async () => {
  const one = server();
  await listen(one, LOOPBACK);
  expect(one.listenerCount("error")).toBe(0);
});

test("processes that share a port each get it; one that does not share is refused", async () => {
  const port = await listen(server(), { ...LOOPBACK, shared: true });
  expect(await listen(server(), { ...LOOPBACK, port, shared: true })).toBe(port);
  await expect(listen(server(), { ...LOOPBACK, port })).rejects.toThrow("in use by another process");
});

describe("says in words what stands in the way", () => {
  test("when the port is in use", async () => {
    const port = await listen(server(), LOOPBACK);
    const second = listen(server(), { ...LOOPBACK, port, flag: "--prober-port" });
    await expect(second).rejects.toThrow(
      new StartError(
        `port ${port} on 127.0.0.1 is in use by another process: stop it, or choose another port with --prober-port`,
      ),
    );
    await expect(second).rejects.toMatchObject({ exitCode: EXIT.failed });
  });

  test("when the host is another machine's", async () => {
    await expect(listen(server(), { ...LOOPBACK, host: "192.0.2.1" })).rejects.toThrow(
      "192.0.2.1 is not an address of this machine: correct the host",
    );
  });

  test.each([
    ["EACCES", "port 80 on 0.0.0.0 needs privileges: choose one above 1023 with --port"],
    ["ENOTSUP", "this system cannot share a port between processes: run with one worker"],
    ["EMFILE", "cannot listen on 0.0.0.0 port 80: EMFILE"],
    [undefined, "cannot listen on 0.0.0.0 port 80: out of luck"],
  ])("when the system says %s", async (code, words) => {
    const refusing = {
      listen: () => undefined,
      once: (event: string, callback: (fault: Error) => void) => {
        if (event === "error") callback(Object.assign(new Error("out of luck"), { code }));
      },
      off: () => undefined,
      address: () => null,
    };
    await expect(listen(refusing, { host: "0.0.0.0", port: 80, flag: "--port" })).rejects.toThrow(words);
  });
});

test.each([
  ["127.0.0.1", 4000, "http://127.0.0.1:4000"],
  ["localhost", 80, "http://localhost:80"],
  ["::1", 4001, "http://[::1]:4001"],
])("%s and %d are printed as %s", (host, port, printed) => {
  expect(printAddress(host, port)).toBe(printed);
});
