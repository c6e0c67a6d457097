import net from "node:net";
import { describe, expect, test, vi } from "vitest";
import { EXIT } from "@rollcall/runtime";
import { gatewayFor, simulator } from "./harness.ts";

/** A connection that says nothing, and what it is told. */
function silent(port: number): { socket: net.Socket; heard: () => string } {
  const socket = net.connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  socket.on("error", () => {});
  return { socket, heard: () => text };
}

test("beyond max_connections a connection is told so in OpenAI's shape, and those before it go on", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] }, { gateway: { max_connections: 2 } });
  const [first, second, third] = [silent(gateway.port), silent(gateway.port), silent(gateway.port)];
  await vi.waitFor(() =>
    expect([first, second, third].filter(({ heard }) => heard() !== "")).toHaveLength(1),
  );
  const told = [first, second, third].find(({ heard }) => heard() !== "");
  expect(told?.heard()).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/);
  expect(told?.heard()).toContain("retry-after: 1\r\n");
  expect(JSON.parse(told?.heard().split("\r\n\r\n")[1] ?? "").error.code).toBe("too_many_connections");
  for (const { socket } of [first, second, third]) socket.destroy();
  await vi.waitFor(async () => expect((await gateway.chat()).status).toBe(200));
});

describe("a gateway that is told to stop", () => {
  test("says so in its readiness and goes on taking requests for as long as it settles", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { gateway: { settle: "500ms" } });
    const stopping = gateway.stop();
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    const answer = await gateway.chat();
    expect(answer.status).toBe(200);
    expect(answer.headers["connection"]).toBe("close");
    expect(await stopping).toBe(EXIT.ok);
    await expect(fetch(`${gateway.url}/readyz`)).rejects.toThrow("fetch failed");
  });

  test("does not wait for a connection that never said anything", async () => {
    const gateway = await gatewayFor({ chat: [await simulator()] }, { gateway: { drain: "60s" } });
    const { socket } = silent(gateway.port);
    await new Promise((resolve) => {
      socket.once("connect", resolve);
    });
    const started = performance.now();
    expect(await gateway.stop()).toBe(EXIT.ok);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
