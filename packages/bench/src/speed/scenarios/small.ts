import { smallChat } from "../load/body.ts";
import { CPU_COLUMN, measureClosedLoop, RATE_COLUMN } from "./closed-loop.ts";
import { ONE_BACKEND, type Scenario } from "./scenario.ts";

const CHAT = "/v1/chat/completions";

function small(connections: number, more: Partial<Scenario>): Scenario {
  return {
    name: `small-${connections}`,
    title: `small chat, ${connections} ${connections === 1 ? "connection" : "connections"}`,
    does: `POST of 0.3 KB, answer of 0.7 KB, not streamed; wrk sends as fast as it is answered, on kept-alive connections.`,
    columns: [CPU_COLUMN, RATE_COLUMN],
    site: ONE_BACKEND,
    rounds: 5,
    seconds: 2,
    part: "every",
    measure: async (stage) =>
      (await measureClosedLoop(stage, { path: CHAT, body: smallChat(), connections })).sample,
    ...more,
  };
}

export const SMALL_1 = small(1, {
  columns: [CPU_COLUMN, { key: "p50", title: "added p50 µs", digits: 0, compare: "added" }],
  measure: async (stage) => {
    const { sample, result } = await measureClosedLoop(stage, {
      path: CHAT,
      body: smallChat(),
      connections: 1,
    });
    return { ...sample, p50: result.p50 };
  },
});

/** The one that all systems run, since it is the one that most others publish. */
export const SMALL_32 = small(32, { part: "basic" });

export const SMALL_256 = small(256, { part: "main" });
