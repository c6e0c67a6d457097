import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import type { SnapshotFeed } from "./snapshot-feed.ts";
import { TellProber } from "./tell-prober.ts";

const feedOf = (url?: string) =>
  ({ snapshot: { prober: url === undefined ? {} : { url } } }) as unknown as SnapshotFeed;

test("a suspicion is told to the prober that wrote the snapshot, once in half a second for each deployment", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let now = 10_000;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  // An address that means "all" is this host's.
  const prober = new TellProber(feedOf(`http://0.0.0.0:${port}`), clock);
  prober.suspect("org/chat-1");
  prober.suspect("org/chat-1");
  prober.suspect("chat-2");
  now += 600;
  prober.suspect("org/chat-1");
  await expect
    .poll(() => asked.toSorted())
    .toEqual(["POST /probe/chat-2", "POST /probe/org%2Fchat-1", "POST /probe/org%2Fchat-1"]);
  server.close();
});

test.each([undefined, "no url", "http://127.0.0.1:9"])(
  "where it cannot be told (%s) nothing is lost but the hint",
  async (url) => {
    const prober = new TellProber(feedOf(url), { now: () => 10_000, sleep: () => Promise.resolve() });
    expect(() => prober.suspect("chat-1")).not.toThrow();
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  },
);
