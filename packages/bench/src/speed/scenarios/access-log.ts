import { smallChat } from "../load/body.ts";
import { ROLLCALL, ROLLCALL_LOGGING } from "../systems/rollcall.ts";
import { CPU_COLUMN, measureClosedLoop, RATE_COLUMN } from "./closed-loop.ts";
import { ONE_BACKEND, type Scenario } from "./scenario.ts";

/** What a line for every request costs. Many short rounds: the difference is smaller than what one round differs by. */
export const ACCESS_LOG: Scenario = {
  name: "access-log",
  title: "Rollcall with an access log",
  does: "The small chat with 32 connections, with and without `access_log`, written to a file.",
  columns: [CPU_COLUMN, RATE_COLUMN],
  site: ONE_BACKEND,
  rounds: 21,
  seconds: 1,
  own: [ROLLCALL, ROLLCALL_LOGGING],
  base: ROLLCALL.name,
  part: "every",
  measure: async (stage) => {
    const load = { path: "/v1/chat/completions", body: smallChat(), connections: 32 };
    return (await measureClosedLoop(stage, load)).sample;
  },
};
