import { readFileSync } from "node:fs";
import { Agent, request } from "undici";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, RunningCommand, temporary } from "../test/harness.ts";
import { isInstalled, lintMetrics, Prometheus, type Labels } from "./prometheus.ts";

const REQUESTS = 10_000;
const AT_ONCE = 24;
const MASTER = "sk-master-of-the-lane";
/** What clients make up: it must be in no label. */
const INVENTED = "invented-by-a-client";

if (!isInstalled) process.stdout.write("prometheus is not installed: nothing is scraped by a real one\n");

const dashboard = JSON.parse(
  readFileSync(new URL("../../../deploy/grafana/rollcall.json", import.meta.url), "utf8"),
) as {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
};

const messages = [{ role: "user", content: "Say something, please." }];

/** What is asked, beside the model. */
const QUESTIONS: readonly (readonly [path: string, body: object])[] = [
  ["/v1/chat/completions", { messages, max_tokens: 6 }],
  ["/v1/chat/completions", { messages, max_tokens: 9, stream: true }],
  [
    "/v1/chat/completions",
    { messages, max_tokens: 7, stream: true, stream_options: { include_usage: true } },
  ],
  ["/v1/completions", { prompt: "Once", max_tokens: 5 }],
  ["/v1/completions", { prompt: "Once upon", max_tokens: 8, stream: true }],
  ["/v1/responses", { input: "Hi", max_output_tokens: 6 }],
  ["/v1/responses", { input: "Hi there", max_output_tokens: 7, stream: true }],
  ["/v1/messages", { messages, max_tokens: 6 }],
  ["/v1/messages", { messages, max_tokens: 7, stream: true }],
  ["/v1/embeddings", { input: ["one", "two words"] }],
];

/** What befalls the first two servers, one after the other. */
const FAULTS = [
  null,
  "cut-mid-stream",
  "engine-error",
  "error-mid-stream",
  null,
  "error-first-event",
  "reset",
  "rate-limit",
  "engine-dead-unnoticed",
] as const;

const files = temporary({});
const simulators: Record<string, Simulator> = {};
const daemons: RunningCommand[] = [];
let urls: { readonly prober: string; readonly gateway: string };
let prometheus: Prometheus | null = null;
const agent = new Agent({ connections: AT_ONCE });

beforeAll(async () => {
  const options = {
    servedNames: ["served"],
    tokensPerSecond: 0,
    tasks: ["generate", "embed"] as ("generate" | "embed")[],
  };
  for (const name of ["a", "b", "spare"]) simulators[name] = await startSimulator(options);
  simulators["llama"] = await startSimulator({
    kind: "llamacpp",
    servedNames: ["served"],
    tokensPerSecond: 0,
  });
  simulators["slow"] = await startSimulator({ ...options, tokensPerSecond: 5 });
  const entry = (alias: string, name: string, id: string) => ({
    model_name: alias,
    litellm_params: { model: "openai/served", api_base: simulators[name]?.url },
    model_info: { id },
  });
  const config = {
    model_list: [
      entry("chat", "a", "chat-a"),
      entry("chat", "b", "chat-b"),
      entry("spare", "spare", "spare"),
      entry("llama", "llama", "llama"),
      entry("slow", "slow", "slow"),
    ],
    litellm_settings: { num_retries: 2, fallbacks: [{ chat: ["spare"] }] },
    general_settings: { master_key: MASTER },
    rollcall: {
      state: { file: "state.json" },
      prober: { interval: "500ms" },
      gateway: { workers: 2, drain: "2s" },
      metrics: { exemplars: true, litellm_names: true },
    },
  };
  const file = temporary({ "config.yaml": JSON.stringify(config) });
  const start = async (daemon: string) => {
    const command = new RunningCommand([daemon, "-c", file.path("config.yaml"), "--port", "0"]);
    daemons.push(command);
    return (await command.sees(/"address":"([^"]+)"/, 60_000))[1] ?? "";
  };
  urls = { prober: await start("prober"), gateway: await start("gateway") };
  await eventually(async () => (await fetch(`${urls.prober}/readyz`)).status === 200, 60_000);
  await eventually(async () => (await ask("llama", QUESTIONS[0] ?? raise())) === 200, 60_000);
  if (isInstalled) prometheus = await Prometheus.start(urls, files.path);
});

afterAll(async () => {
  await prometheus?.stop();
  await agent.close();
  for (const daemon of daemons.toReversed()) await daemon.stop();
  for (const simulator of Object.values(simulators)) await simulator.close();
  files.remove();
});

let asked = 0;

/** Reads the whole answer; leaves it after its first bytes where `leaves`. */
async function ask(
  model: string,
  [path, body]: readonly [string, object],
  { leaves = false, key = MASTER } = {},
): Promise<number> {
  asked += 1;
  const leaving = new AbortController();
  try {
    const answer = await request(urls.gateway + path, {
      dispatcher: agent,
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "x-request-id": INVENTED,
        traceparent: `00-${asked.toString(16).padStart(32, "0")}-${"b".repeat(16)}-01`,
      },
      body: JSON.stringify({ model, user: INVENTED, ...body }),
      signal: leaving.signal,
    });
    if (!leaves) await answer.body.text();
    else {
      await new Promise((resolve) => answer.body.once("data", resolve));
      leaving.abort();
      await answer.body.text().catch(() => "");
    }
    return answer.statusCode;
  } catch {
    // A body that was cut breaks the connection.
    return 0;
  }
}

/** One of the mix, by its number. */
async function mixed(index: number): Promise<void> {
  const question = QUESTIONS[index % QUESTIONS.length] ?? raise();
  if (index % 97 === 0) await ask(`${INVENTED}-${index}`, question);
  else if (index % 101 === 0) await ask("chat", question, { key: INVENTED });
  else if (index % 89 === 0) await ask("slow", QUESTIONS[1] ?? raise(), { leaves: true });
  else if (index % 7 === 3 && !question[0].endsWith("embeddings")) await ask("llama", question);
  else await ask("chat", question);
}

async function runMix(): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < REQUESTS) {
      next += 1;
      if (next % 250 === 0) {
        const fault = FAULTS[(next / 250) % FAULTS.length] ?? null;
        simulators["a"]?.control.fault(fault, fault?.includes("mid-stream") === true ? { after: 3 } : {});
        simulators["b"]?.control.fault((next / 250) % 5 === 4 ? "engine-error" : null);
      }
      await mixed(next);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const name of ["a", "b"]) simulators[name]?.control.fault(null);
}

async function mixFor(ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (Date.now() < end) await Promise.all(Array.from({ length: 8 }, (_, index) => mixed(index + 1)));
}

const page = async (url: string) => (await fetch(`${url}/metrics`)).text();

function sum(text: string, name: string, part = ""): number {
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) && line.includes(part));
  return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" "))), 0);
}

describe("10,000 mixed requests with faults, scraped by a real Prometheus", () => {
  beforeAll(async () => {
    const began = Date.now();
    await runMix();
    // The prober is to see something too.
    simulators["b"]?.control.rename(["another"]);
    await mixFor(5_000);
    simulators["b"]?.control.rename(["served"]);
    // A minute at least, so that rates have something to go by.
    await mixFor(60_000 - (Date.now() - began));
    await eventually(async () => sum(await page(urls.gateway), "rollcall_gateway_requests_in_flight") === 0);
  }, 600_000);

  test.runIf(isInstalled)("every scrape succeeds", async () => {
    expect(await prometheus?.scrapeErrors()).toEqual([]);
    expect(await prometheus?.query("min_over_time(up[1m]) < 1")).toEqual([]);
  });

  test("the tokens counted are those that the servers used for whole answers", async () => {
    const used = Object.values(simulators).map(({ seen }) => seen.tokens);
    const total = (type: "input" | "output") => used.reduce((all, tokens) => all + tokens[type], 0);
    // Of a worker that is too busy to answer, a page has what it said last.
    await eventually(async () => {
      const last = await page(urls.gateway);
      return sum(last, "rollcall_gateway_tokens_total", 'type="output"') === total("output");
    }).catch(() => {});
    const text = await page(urls.gateway);
    const counted = {
      input: sum(text, "rollcall_gateway_tokens_total", 'type="input"'),
      output: sum(text, "rollcall_gateway_tokens_total", 'type="output"'),
      unmetered: sum(text, "rollcall_gateway_unmetered_requests_total"),
      cuts: sum(text, "rollcall_gateway_cuts_total"),
      retried: sum(text, "rollcall_gateway_retried_requests_total", 'ending="complete"'),
      fallbacks: sum(text, "rollcall_gateway_fallbacks_total", 'ending="complete"'),
    };
    process.stdout.write(`${JSON.stringify({ asked, ...counted })}\n`);
    expect(counted).toMatchObject({
      input: total("input"),
      output: total("output"),
    });
    for (const count of Object.values(counted)) expect(count).toBeGreaterThan(0);
    // LiteLLM's names tell the same.
    expect(sum(text, "litellm_total_tokens_metric_total")).toBe(counted.input + counted.output);
  });

  test.each(["prober", "gateway"] as const)(
    "promtool has nothing to say of the page of the %s",
    async (name) => {
      const text = await page(urls[name]);
      const own = text.split("\n").filter((line) => !/litellm_/.test(line));
      expect(lintMetrics(own.join("\n"))).toBe("");
    },
  );

  test.runIf(isInstalled)("no series is gone that was ever there", async () => {
    const keyOf = (labels: Labels) =>
      JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const selector = '{__name__=~"(rollcall|process)_.+"}';
    const now = new Set(((await prometheus?.query(selector)) ?? []).map(({ labels }) => keyOf(labels)));
    const ever = (await prometheus?.series(selector)) ?? [];
    expect(ever.length).toBeGreaterThan(500);
    expect(ever.map(keyOf).filter((key) => !now.has(key))).toEqual([]);
  });

  test.runIf(isInstalled)("no label is of a client's making", async () => {
    const all = (await prometheus?.series('{__name__=~".+"}')) ?? [];
    expect(all.filter((labels) => JSON.stringify(labels).includes(INVENTED))).toEqual([]);
  });

  test.runIf(isInstalled)("trace ids are beside the durations", async () => {
    const found = await prometheus?.exemplars("rollcall_gateway_request_duration_seconds_bucket");
    expect(found?.length).toBeGreaterThan(0);
    for (const { trace_id } of found ?? []) expect(trace_id).toMatch(/^[0-9a-f]{32}$/);
  });

  test
    .runIf(isInstalled)
    .each(
      dashboard.panels.flatMap(({ title, targets = [] }) =>
        targets.map(({ expr }) => [title, expr] as const),
      ),
    )("the panel %j has data: %s", async (_title, expr) => {
    const expression = expr.replaceAll("$__rate_interval", "1m").replaceAll("$alias", ".*");
    const found = (await prometheus?.query(expression)) ?? [];
    expect(found.length).toBeGreaterThan(0);
    expect(found.some(({ value }) => !Number.isNaN(value))).toBe(true);
  });
});

function raise(): never {
  throw new Error("out of range");
}
