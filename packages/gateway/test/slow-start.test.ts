import { expect, test } from "vitest";
import { gatewayFor, simulator } from "./harness.ts";

test("a deployment that just became ready takes less than its share, until slow_start is over", async () => {
  const [old, fresh] = [await simulator(), await simulator()];
  const share = async (slowStart: string) => {
    const gateway = await gatewayFor(
      { chat: [old, fresh] },
      {
        params: { order: 0 },
        settings: { router_settings: { routing_strategy: "simple-shuffle" } },
        gateway: { slow_start: slowStart },
        says: { "chat-1": { reason: "ok", since: 0 }, "chat-2": { reason: "ok", since: Date.now() } },
      },
    );
    const before = fresh.seen.count();
    for (let turn = 0; turn < 200; turn += 1) expect((await gateway.chat()).status).toBe(200);
    await gateway.stop();
    return (fresh.seen.count() - before) / 200;
  };
  // A tenth of the weight beside a whole one is a share of 1 / 11.
  expect(await share("1h")).toBeLessThan(0.25);
  expect(await share("0s")).toBeGreaterThan(0.35);
});
