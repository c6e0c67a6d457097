import { expect, test } from "vitest";
import { configOf, ONE, problemsOf } from "../../test/configs.ts";
import { DEFAULTS } from "./defaults.ts";

test("where nothing is said, the defaults hold", () => {
  expect(configOf(ONE)).toMatchObject({
    prober: DEFAULTS.prober,
    gateway: { ...DEFAULTS.gateway, accessLog: false, allowUnauthenticated: false },
    state: { file: null, probers: [], onStale: "keep" },
    queue: DEFAULTS.queue,
    envFile: null,
  });
});

test("everything that is said is taken, in units of one kind", () => {
  const text = `${ONE}rollcall:
  prober:
    host: 0.0.0.0
    port: 5001
    interval: 5s
    not_ready_interval: 250ms
    max_interval: 1m
    timeout: 1.5
    failures: 3
    successes: 2
    concurrency: 8
    load_time: 1h
    stall_time: 1m
  gateway:
    host: "::"
    port: "5000"
    max_body: 1MiB
    drain: 30
    settle: 5s
    idle_timeout: 2m
    slow_start: 500ms
    max_connections: 100
    workers: auto
    access_log: true
    allow_unauthenticated: yes
  state: {file: state.json, probers: ["http://a:4001/", "https://b"], on_stale: refuse}
  queue: {size: 10, time: 5s}
  env_file: .env
`;
  expect(configOf(text)).toMatchObject({
    prober: {
      host: "0.0.0.0",
      port: 5001,
      intervalMs: 5_000,
      notReadyIntervalMs: 250,
      maxIntervalMs: 60_000,
      timeoutMs: 1_500,
      failures: 3,
      successes: 2,
      concurrency: 8,
      loadTimeMs: 3_600_000,
      stallTimeMs: 60_000,
    },
    gateway: {
      host: "::",
      port: 5000,
      maxBodyBytes: 1_048_576,
      drainMs: 30_000,
      settleMs: 5_000,
      idleTimeoutMs: 120_000,
      slowStartMs: 500,
      maxConnections: 100,
      workers: "auto",
      accessLog: true,
      allowUnauthenticated: true,
    },
    state: { file: "state.json", probers: ["http://a:4001", "https://b"], onStale: "refuse" },
    queue: { size: 10, timeMs: 5_000 },
    envFile: ".env",
  });
});

test.each([
  "rollcall:",
  "rollcall: {}",
  "rollcall: {prober: , gateway: , state: }",
  "rollcall: {prober: {port: }}",
])("%j changes nothing", (text) => {
  const { checksum: _, ...said } = configOf(`${ONE}${text}\n`);
  const { checksum: __, ...unsaid } = configOf(ONE);
  expect(said).toEqual(unsaid);
});

test.each(["drain", "settle", "slow_start"])("%s may be none at all", (key) => {
  expect(problemsOf(`${ONE}rollcall: {gateway: {${key}: 0}}\n`)).toEqual([]);
});

test("the longest duration that a timer can count is twenty-four days", () => {
  expect(problemsOf(`${ONE}rollcall: {prober: {interval: 24d}}\n`)).toEqual([]);
  expect(problemsOf(`${ONE}rollcall: {prober: {interval: 24.001d}}\n`)).toEqual([
    'config.yaml:6:21: error: rollcall.prober.interval: found "24.001d", expected at most 24 d',
  ]);
});
