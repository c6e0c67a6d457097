import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { snapshotOf } from "../../test/deployments.ts";
import { FakeClock } from "@rollcall/testkit";
import { ReprobeRequester } from "./reprobe-requester.ts";

/** The snapshot of a prober that says it listens there. */
const feedOf = (url?: string) => ({
  snapshot: snapshotOf([], {
    prober: { instance: "1", startedAt: 0, ...(url === undefined ? {} : { url }) },
  }),
});

/** A prober, and what it was asked. */
async function prober() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { asked, port, origin: `http://127.0.0.1:${port}` };
}

test("the prober that wrote the snapshot is asked, once in half a second for each deployment", async () => {
  const { asked, port } = await prober();
  const clock = new FakeClock();
  // An address that means "all" is this host's.
  const requester = new ReprobeRequester(feedOf(`http://0.0.0.0:${port}`), clock);
  requester.request("org/chat-1", "fault");
  requester.request("org/chat-1", "silence");
  requester.request("chat-2", "fault");
  clock.jump(600);
  requester.request("org/chat-1", "silence");
  await expect
    .poll(() => asked.toSorted())
    .toEqual(["POST /probe/chat-2", "POST /probe/org%2Fchat-1", "POST /probe/org%2Fchat-1?cause=silence"]);
});

test("of several that are followed over HTTP all are asked, at the addresses of the config", async () => {
  const [one, other, written] = [await prober(), await prober(), await prober()];
  const gone = "http://127.0.0.1:9";
  // What a prober says of its own address counts for its own host only.
  const requester = new ReprobeRequester(feedOf(written.origin), new FakeClock(), [
    gone,
    one.origin,
    other.origin,
  ]);
  requester.request("chat-1", "fault");
  await expect.poll(() => [one.asked, other.asked]).toEqual([["POST /probe/chat-1"], ["POST /probe/chat-1"]]);
  expect(written.asked).toEqual([]);
});

test.each([undefined, "no url", "http://127.0.0.1:9"])(
  "where it cannot be asked (%s) nothing is lost but the hint",
  async (url) => {
    const requester = new ReprobeRequester(feedOf(url), new FakeClock());
    expect(() => requester.request("chat-1", "fault")).not.toThrow();
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  },
);
