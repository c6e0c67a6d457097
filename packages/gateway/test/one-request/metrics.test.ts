import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { request } from "undici";
import type { Simulator } from "@rollcall/simulator";
import { gatewayFor, MASTER_KEY, simulator, type AtEnd, type Gateway } from "../harness.ts";
import { SHAPES, type Shape } from "./shapes.ts";

const ends: (() => Promise<unknown>)[] = [];
const atEnd: AtEnd = (end) => void ends.push(end);

/** Aliases by what becomes of their requests. */
const FATES = ["whole", "cut", "left", "retried", "fallen"] as const;
type Fate = (typeof FATES)[number];

let gateway: Gateway;
const backends = {} as Record<Fate | "spare", Simulator>;

beforeAll(async () => {
  for (const fate of [...FATES, "spare"] as const)
    backends[fate] = await simulator({ tasks: ["generate", "embed", "score"] }, atEnd);
  const at = (fate: Fate | "spare") => ({ url: backends[fate].url });
  const served = { kind: "vllm", version: null, root: null, parent: null, maxModelLen: null } as const;
  const says = Object.fromEntries(
    [...FATES.map((fate) => `${fate}-1`), "retried-2"].map((id) => [id, { reason: "ok" as const, served }]),
  );
  gateway = await gatewayFor(
    {
      whole: [at("whole")],
      cut: [at("cut")],
      left: [at("left")],
      retried: [at("retried"), at("spare")],
      fallen: [at("fallen")],
    },
    {
      // A fault is to be met again by the next request.
      params: { allowed_fails: 1_000 },
      settings: {
        litellm_settings: { fallbacks: [{ fallen: ["whole"] }], num_retries: 2 },
        router_settings: { disable_cooldowns: true },
      },
      says,
      atEnd,
    },
  );
});

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

type Page = ReadonlyMap<string, number>;

async function read(): Promise<Page> {
  const lines = (await gateway.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

/** What has grown, without times and buckets. */
function grown(before: Page, after: Page): Record<string, number> {
  const of = [...after].flatMap(([series, value]) => {
    const by = value - (before.get(series) ?? 0);
    const isCount = /^rollcall_gateway_\w+_(?:total|count)(?:\{|$)/.test(series);
    return by === 0 || !isCount ? [] : [[series.slice("rollcall_gateway_".length), by] as const];
  });
  return Object.fromEntries(of.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Asks, and leaves after the first bytes where the request is to be left. */
async function ask({ path, body }: Shape, fate: Fate): Promise<void> {
  const leaving = new AbortController();
  const asked = await request(gateway.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: fate, ...body }),
    signal: leaving.signal,
  });
  if (fate === "left") {
    await new Promise((resolve) => asked.body.once("data", resolve));
    leaving.abort();
  }
  await asked.body.text().catch(() => "");
}

interface Told {
  readonly shape: Shape;
  /** Who was asked, and who has answered. */
  readonly alias: Fate;
  readonly deployment: string;
  readonly input: number;
}

const labels = (pairs: Record<string, string>) =>
  `{${Object.entries(pairs)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",")}}`;

/** What every request with an answer of 200 counts. */
function answered({ shape: { endpoint, stream }, alias, deployment }: Told): Record<string, number> {
  const where = labels({ alias, endpoint });
  return {
    [`requests_total${labels({ alias, endpoint, status: "200" })}`]: 1,
    [`request_duration_seconds_count${where}`]: 1,
    [`time_to_first_byte_seconds_count${where}`]: 1,
    [`overhead_seconds_count${where}`]: 1,
    ...(stream && {
      [`time_to_first_token_seconds_count${where}`]: 1,
      [`upstream_time_to_first_token_seconds_count${labels({ deployment })}`]: 1,
    }),
  };
}

function whole(told: Told): Record<string, number> {
  const { shape, alias, deployment, input } = told;
  const { endpoint, output, stream } = shape;
  const tokens = (type: string) => `tokens_total${labels({ alias, deployment, endpoint, type })}`;
  const sizes = (type: string) => `request_tokens_count${labels({ alias, endpoint, type })}`;
  return {
    ...answered(told),
    [`attempts_total${labels({ deployment, outcome: "complete" })}`]: 1,
    [`attempt_duration_seconds_count${labels({ deployment })}`]: 1,
    [tokens("input")]: input,
    [sizes("input")]: 1,
    ...(output !== null && { [sizes("output")]: 1 }),
    ...(output !== null && output > 0 && { [tokens("output")]: output }),
    ...(stream && { [`time_per_output_token_seconds_count${labels({ alias, endpoint })}`]: 1 }),
  };
}

/** How many pieces came is the network's doing. */
const withoutGaps = (counts: Record<string, number>) =>
  Object.fromEntries(Object.entries(counts).filter(([series]) => !series.startsWith("event_gap")));

async function counted(shape: Shape, fate: Fate): Promise<Record<string, number>> {
  const before = await read();
  await ask(shape, fate);
  // What ends behind its last byte is counted a moment later.
  await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0));
  return grown(before, await read());
}

const STREAMS = SHAPES.filter(({ stream }) => stream);
const TRIED = SHAPES.filter(({ isInference }) => isInference);

describe("the counts of", () => {
  test.each(SHAPES)("$name that is whole", async (shape) => {
    const { tokens } = backends.whole.seen;
    const before = { ...tokens };
    const counts = await counted(shape, "whole");
    const input = tokens.input - before.input;
    expect(input).toBeGreaterThan(0);
    expect(tokens.output - before.output).toBe(shape.output ?? 0);
    expect(withoutGaps(counts)).toEqual(whole({ shape, alias: "whole", deployment: "whole-1", input }));
    expect(Object.keys(counts).some((series) => series.startsWith("event_gap"))).toBe(shape.stream);
  });

  test.each(STREAMS)("$name that is cut", async (shape) => {
    backends.cut.control.fault("cut-mid-stream", { after: 5 });
    const { endpoint } = shape;
    const deployment = "cut-1";
    expect(withoutGaps(await counted(shape, "cut"))).toEqual({
      ...answered({ shape, alias: "cut", deployment, input: 0 }),
      [`attempts_total${labels({ deployment, outcome: "cut" })}`]: 1,
      [`cuts_total${labels({ alias: "cut", deployment, cause: "cut" })}`]: 1,
      [`interrupted_total${labels({ alias: "cut", endpoint, ending: "upstream_aborted" })}`]: 1,
      [`unmetered_requests_total${labels({ alias: "cut", endpoint, ending: "upstream_aborted" })}`]: 1,
    });
  });

  test.each(STREAMS)("$name that the client leaves", async (shape) => {
    backends.left.control.setSpeed({ tokensPerSecond: 20 });
    const { endpoint } = shape;
    const deployment = "left-1";
    expect(withoutGaps(await counted(shape, "left"))).toEqual({
      ...answered({ shape, alias: "left", deployment, input: 0 }),
      [`attempts_total${labels({ deployment, outcome: "abandoned" })}`]: 1,
      [`interrupted_total${labels({ alias: "left", endpoint, ending: "client_disconnected" })}`]: 1,
      [`unmetered_requests_total${labels({ alias: "left", endpoint, ending: "client_disconnected" })}`]: 1,
    });
  });

  test.each(TRIED)("$name that is tried again", async (shape) => {
    backends.retried.control.fault("engine-error");
    const counts = withoutGaps(await counted(shape, "retried"));
    const told = { shape, alias: "retried", deployment: "retried-2", input: expect.any(Number) } as const;
    expect(counts).toEqual({
      ...whole(told),
      [`attempts_total${labels({ deployment: "retried-1", outcome: "failed" })}`]: 1,
      [`attempt_failures_total${labels({ deployment: "retried-1", reason: "server_error" })}`]: 1,
      [`retried_requests_total${labels({ alias: "retried", ending: "complete" })}`]: 1,
    });
  });

  test.each(TRIED)("$name that another alias stands in for", async (shape) => {
    backends.fallen.control.fault("engine-error");
    const counts = withoutGaps(await counted(shape, "fallen"));
    const told = { shape, alias: "fallen", deployment: "whole-1", input: expect.any(Number) } as const;
    expect(counts).toMatchObject({
      ...whole(told),
      [`retried_requests_total${labels({ alias: "fallen", ending: "complete" })}`]: 1,
      [`fallbacks_total${labels({ alias: "fallen", ending: "complete" })}`]: 1,
    });
  });
});

/** The sum of a counter's series of one type. */
const sumOf = (page: Page, name: string, part: string) =>
  [...page].reduce(
    (sum, [series, value]) => (series.startsWith(name) && series.includes(part) ? sum + value : sum),
    0,
  );

test("the tokens of 300 mixed requests, of which many fail, are those that the servers used for whole answers", async () => {
  const all = Object.values(backends);
  const used = () => ({
    input: all.reduce((sum, { seen }) => sum + seen.tokens.input, 0),
    output: all.reduce((sum, { seen }) => sum + seen.tokens.output, 0),
  });
  backends.retried.control.fault("error-mid-stream", { after: 3 });
  const [before, usedBefore] = [await read(), used()];
  const mixed = Array.from({ length: 300 }, (_, index) => ({
    shape: SHAPES[index % SHAPES.length] ?? raise(),
    fate: (["whole", "retried", "fallen", "cut", "whole"] as const)[index % 5] ?? raise(),
  }));
  for (let index = 0; index < mixed.length; index += 12)
    await Promise.all(mixed.slice(index, index + 12).map(({ shape, fate }) => ask(shape, fate)));
  await vi.waitFor(async () => expect(await gateway.inFlight()).toBe(0));
  const after = await read();
  const metered = (type: string) =>
    sumOf(after, "rollcall_gateway_tokens_total", `type="${type}"`) -
    sumOf(before, "rollcall_gateway_tokens_total", `type="${type}"`);
  const usedNow = used();
  expect({ input: metered("input"), output: metered("output") }).toEqual({
    input: usedNow.input - usedBefore.input,
    output: usedNow.output - usedBefore.output,
  });
  expect(metered("output")).toBeGreaterThan(500);
  const unmetered =
    sumOf(after, "rollcall_gateway_unmetered", "") - sumOf(before, "rollcall_gateway_unmetered", "");
  expect(unmetered).toBeGreaterThan(10);
});

test("an app that did not ask for usage sees none, and what a server says last where it would have stood", async () => {
  const stream = { model: "whole", messages: [{ role: "user", content: "Hi" }], stream: true };
  const { text } = await gateway.ask("/v1/chat/completions", { body: stream });
  expect(text).not.toContain('"usage"');
  expect(text).toMatch(/"finish_reason":"stop".*"system_fingerprint":"vllm-[^"]+"\}\n\ndata: \[DONE\]\n\n$/s);
  expect(backends.whole.seen.last()?.body).toMatchObject({ stream_options: { include_usage: true } });
});

function raise(): never {
  throw new Error("out of range");
}
