import { smallChat } from "../load/body.ts";
import { generateRate } from "../load/generator.ts";
import { ONE_BACKEND, type Scenario, type Stage } from "./scenario.ts";

const PER_SECOND = 500;
const RELOAD_MS = 1_000;
let revision = 0;

export const RELOAD: Scenario = {
  name: "reload",
  title: "reload under load",
  does: `${PER_SECOND} small chats a second while the config changes every second (a weight); nginx and HAProxy are signalled, Rollcall sees it by itself. In the direct row nothing is reloaded.`,
  columns: [
    { key: "errors", title: "errors", digits: 0 },
    { key: "sent", title: "requests", digits: 0 },
    { key: "p50", title: "p50 µs", digits: 0 },
    { key: "p99", title: "p99 µs", digits: 0 },
    { key: "max", title: "slowest µs", digits: 0 },
  ],
  site: ONE_BACKEND,
  rounds: 1,
  seconds: 6,
  part: "every",
  measure,
};

async function measure({ site, system, seconds }: Stage) {
  const { url, headers, reload } = system;
  const turn = setInterval(() => void reload?.((revision += 1)), RELOAD_MS);
  try {
    const { sent, errors, p50, p99, max } = await generateRate(site.directory, {
      url,
      headers,
      path: "/v1/chat/completions",
      body: smallChat(),
      perSecond: PER_SECOND,
      warmSeconds: 1,
      seconds,
    });
    return { sent, errors, p50, p99, max };
  } finally {
    clearInterval(turn);
  }
}
