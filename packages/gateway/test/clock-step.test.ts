import { expect, test } from "vitest";
import { gatewayFor, simulator } from "./harness.ts";

/** Steps this process's wall clock, which the gateway of the test shares. */
function stepClock(ms: number): () => void {
  const { now } = Date;
  Date.now = () => now() + ms;
  return () => {
    Date.now = now;
  };
}

test.each([600_000, -600_000])(
  "a wall clock stepped by %i ms cuts no stream, suspends no deadline and ejects nobody",
  async (step) => {
    const backend = await simulator({ tokensPerSecond: 40 });
    const hung = await simulator({ firstTokenMs: 60_000 });
    const gateway = await gatewayFor(
      { chat: [backend], hung: [hung] },
      { params: { timeout: 60 }, gateway: { idle_timeout: "2s" } },
    );
    const streams = Array.from({ length: 50 }, () => gateway.chat({ stream: true, max_tokens: 40 }));
    await expect.poll(() => backend.seen.inFlight).toBe(50);
    const late = Array.from({ length: 5 }, () =>
      gateway.chat({ model: "hung", timeout: 0.5, num_retries: 0 }),
    );
    const restore = stepClock(step);
    const answers = await Promise.all(streams).finally(restore);
    expect(answers.filter(({ text }) => text.endsWith("data: [DONE]\n\n"))).toHaveLength(50);
    expect((await Promise.all(late)).map(({ status }) => status)).toEqual([504, 504, 504, 504, 504]);
    expect(await gateway.metric("ejected")).toBe(Number.NaN);
  },
);
