import { describe, expect, test } from "vitest";
import { configOf, ONE, problemsOf } from "../../test/configs.ts";
import { DEFAULTS } from "./defaults.ts";
import { settingsNeedingRestart, withRunningSettings } from "./rollcall-section.ts";

test("where nothing is said, the defaults hold", () => {
  expect(configOf(ONE)).toMatchObject({
    prober: DEFAULTS.prober,
    gateway: DEFAULTS.gateway,
    state: { file: null, probers: [], onStale: "keep" },
    queue: DEFAULTS.queue,
    envFile: null,
  });
});

test("the defaults are what they were promised to be", () => {
  expect(DEFAULTS).toMatchObject({
    prober: {
      host: "127.0.0.1",
      port: 4001,
      intervalMs: 2_000,
      notReadyIntervalMs: 1_000,
      maxIntervalMs: 10_000,
      timeoutMs: 5_000,
      failures: 2,
      successes: 1,
      concurrency: 512,
      loadTimeMs: 600_000,
      stallTimeMs: 120_000,
      canary: false,
    },
    gateway: {
      host: "127.0.0.1",
      port: 4000,
      workers: 1,
      keyless: false,
      maxBodyBytes: 32 * 1024 * 1024,
      bodyMemoryBytes: 256 * 1024 * 1024,
      maxConnections: 10_000,
      idleTimeoutMs: 60_000,
      slowStartMs: 10_000,
      drainMs: 600_000,
      settleMs: 0,
      accessLog: 0,
      explainRequests: 10_000,
    },
    queue: { size: 0, timeMs: 30_000 },
    log: { level: "info", format: "json", clientAddress: false },
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
    canary: true
  gateway:
    host: "::"
    port: "5000"
    max_body: 1MiB
    body_memory: 1GiB
    drain: 30
    settle: 5s
    idle_timeout: 2m
    slow_start: 500ms
    max_connections: 100
    workers: auto
    access_log: true
    keyless: yes
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
      canary: true,
    },
    gateway: {
      host: "::",
      port: 5000,
      maxBodyBytes: 1_048_576,
      bodyMemoryBytes: 1_073_741_824,
      drainMs: 30_000,
      settleMs: 5_000,
      idleTimeoutMs: 120_000,
      slowStartMs: 500,
      maxConnections: 100,
      workers: "auto",
      accessLog: 1,
      keyless: true,
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

describe("settings that need a restart", () => {
  const rollcall = (section: string) => configOf(`${ONE}rollcall: ${section}\n`);
  const running = configOf(ONE);

  test.each([
    ["{}", [], []],
    ["{gateway: {drain: 1s}, queue: {size: 3}, env_file: .env}", [], []],
    [
      "{gateway: {keyless: true, port: 5000, workers: 2}}",
      ["gateway.port", "gateway.workers", "gateway.keyless"],
      [],
    ],
    ["{prober: {host: '::', port: 5001, interval: 1s}}", [], ["prober.host", "prober.port"]],
    ["{state: {file: other.json}}", ["state.file"], ["state.file"]],
    ["{state: {probers: ['http://a:4001'], on_stale: refuse}}", ["state.probers"], []],
    ["{gateway: {port: 4000}, state: {probers: []}}", [], []],
  ])("%s: of the gateway %j, of the prober %j", (section, ofGateway, ofProber) => {
    const both = { running, written: rollcall(section) };
    expect(settingsNeedingRestart("gateway", both)).toEqual(ofGateway);
    expect(settingsNeedingRestart("prober", both)).toEqual(ofProber);
  });

  test("are as they run in the config in force; all others are as they were written", () => {
    const written = rollcall("{gateway: {port: 5000, drain: 1s}, state: {file: b.json, on_stale: refuse}}");
    const inForce = withRunningSettings({ running, written });
    expect(inForce).toEqual({
      ...written,
      gateway: { ...written.gateway, port: running.gateway.port },
      state: { ...written.state, file: null },
    });
    expect(inForce.gateway.drainMs).toBe(1_000);
    expect(written.gateway.port).toBe(5_000);
  });
});

describe("web pages that may call", () => {
  const KEYED = `${ONE}general_settings: {master_key: sk-1}\n`;
  const withCors = (value: string, before = KEYED) => `${before}rollcall: {gateway: {cors: ${value}}}\n`;

  test.each([
    ["any", "any"],
    ["off", "off"],
    ["false", "off"],
    ["OFF", "off"],
    ["auto", "auto"],
    ["[]", []],
    [
      "[https://Chat.example, 'http://localhost:3000', 'https://x.example:443']",
      ["https://chat.example", "http://localhost:3000", "https://x.example"],
    ],
    [
      "['app://obsidian.md', 'chrome-extension://abcdef']",
      ["app://obsidian.md", "chrome-extension://abcdef"],
    ],
  ])("%s is %j", (value, cors) => {
    expect(problemsOf(withCors(value))).toEqual([]);
    expect(configOf(withCors(value)).gateway.cors).toEqual(cors);
  });

  test("are those of any site where a key is asked for, unless something else is said", () => {
    expect(configOf(ONE).gateway.cors).toBe("auto");
  });

  test.each([
    ["everybody", 'found "everybody", expected any, off, auto, or a list of origins'],
    ["https://chat.example", 'found "https://chat.example", expected any, off, auto, or a list of origins'],
  ])("%s is refused", (value, message) => {
    expect(problemsOf(withCors(value))).toEqual([
      expect.stringContaining(`rollcall.gateway.cors: ${message}`),
    ]);
  });

  test.each([
    ["'*'", 'found "*", expected any instead of the list'],
    ["chat.example", 'found "chat.example", expected an origin such as https://chat.example, without a path'],
    [
      "https://chat.example/ui",
      'found "https://chat.example/ui", expected an origin such as https://chat.example, without a path',
    ],
    [
      "https://*.example",
      'found "https://*.example", expected an origin such as https://chat.example, without a path',
    ],
    ["'null'", 'found "null", expected an origin such as https://chat.example, without a path'],
  ])("a list with %s is refused", (value, message) => {
    expect(problemsOf(withCors(`[https://a.example, ${value}]`))).toEqual([
      expect.stringContaining(`rollcall.gateway.cors[1]: ${message}`),
    ]);
  });

  test("any without a key is refused, a list is not", () => {
    expect(problemsOf(withCors("any", ONE))).toEqual([
      expect.stringContaining("error: rollcall.gateway.cors: any without a key would open the gateway"),
    ]);
    expect(problemsOf(withCors("[https://chat.example]", ONE))).toEqual([]);
  });
});

describe("virtual keys", () => {
  const KEYED = `${ONE}general_settings: {master_key: sk-1}\n`;
  const withKeys = (keys: string, before = KEYED) => `${before}rollcall: ${keys}\n`;

  test.each([
    ["{keys: true}", true],
    ["{keys: yes}", true],
    ["{keys: false}", false],
    ["{keys: {enabled: true}}", true],
    ["{keys: {stale_ok: 5m}}", false],
    ["{}", false],
  ])("%s: enabled is %j", (keys, enabled) => {
    expect(problemsOf(withKeys(keys))).toEqual([]);
    expect(configOf(withKeys(keys)).keys.enabled).toBe(enabled);
  });

  test("the short form and the long one mean the same", () => {
    const { checksum: _, ...short } = configOf(withKeys("{keys: true}"));
    const { checksum: __, ...long } = configOf(withKeys("{keys: {enabled: true}}"));
    expect(short).toEqual(long);
  });

  test("everything that is said is taken", () => {
    const { keys, control } = configOf(
      withKeys(
        "{keys: {enabled: true, stale_ok: 5m, min_length: 20, pepper: os.environ/PEPPER, cut_on_revoke: true, user_budget_on_team_keys: true}, control: {host: '::', port: 5002, token: file/token, admin_routes: off}}",
      ),
    );
    expect(keys).toEqual({
      enabled: true,
      staleOkMs: 300_000,
      minLength: 20,
      pepper: { from: "env", name: "PEPPER" },
      cutOnRevoke: true,
      userBudgetOnTeamKeys: true,
      limits: null,
      burstMs: 10_000,
    });
    expect(control).toEqual({
      host: "::",
      port: 5002,
      token: { from: "file", path: "token" },
      adminRoutes: "off",
    });
  });

  test.each([
    ["{keys: {enable: true}}", 'rollcall.keys.enable: unknown key: did you mean "enabled"?'],
    ["{keys: perhaps}", "rollcall.keys: found a text, expected true or false or a map of keys"],
    ["{keys: {pepper: ''}}", "rollcall.keys.pepper: is empty"],
    ["{keys: {pepper: null-byte key}}", "rollcall.keys.pepper: cannot be sent in a header"],
    ["{keys: {min_length: 8}}", "rollcall.keys.min_length: found 8, which must be >= 16"],
    ["{control: {token: yes}}", "rollcall.control.token: found yes without quotes"],
    ["{control: {admin_routes: nowhere}}", "expected one of gateway, own, off"],
  ])("%s is refused", (keys, message) => {
    expect(problemsOf(withKeys(keys))).toContainEqual(expect.stringContaining(message));
  });

  test("without a master key nobody could make one", () => {
    expect(problemsOf(withKeys("{keys: true}", ONE))).toEqual([
      expect.stringContaining("error: rollcall.keys: virtual keys are made with the master key"),
    ]);
  });

  test("LiteLLM's database is named, with where keys are kept instead", () => {
    const database = `${ONE}general_settings: {master_key: sk-1, database_url: os.environ/DATABASE_URL}\n`;
    expect(problemsOf(database)).toEqual([expect.stringContaining("rollcall.keys: true keeps virtual keys")]);
    expect(problemsOf(withKeys("{keys: true}", database))).toEqual([
      expect.stringContaining("virtual keys are kept in SQLite, in the state directory"),
    ]);
  });

  test("what needs a restart is told to who needs it", () => {
    const both = {
      running: configOf(KEYED),
      written: configOf(withKeys("{keys: true, control: {port: 5002}}")),
    };
    expect(settingsNeedingRestart("gateway", both)).toEqual(["keys.enabled"]);
    expect(settingsNeedingRestart("control", both)).toEqual(["keys.enabled", "control.port"]);
    expect(settingsNeedingRestart("prober", both)).toEqual([]);
  });
});

describe("limits of all keys", () => {
  const withLimits = (limits: string) => `${ONE}rollcall: { keys: { limits: ${limits} } }\n`;

  test("are filled in, for one model too, and none where none are written", () => {
    const alias = configOf(ONE).deployments[0]?.alias ?? "";
    expect(configOf(ONE).keys.limits).toBeNull();
    expect(configOf(withLimits(`{ rpm: 60, models: { ${alias}: { parallel: 2 } } }`)).keys.limits).toEqual({
      rpm: 60,
      parallel: null,
      models: { [alias]: { rpm: null, parallel: 2 } },
    });
  });

  test.each([
    ["{ rpm: -1 }", "rollcall.keys.limits.rpm: found -1, which must be >= 0"],
    ["{ tpm: 5 }", "rollcall.keys.limits.tpm"],
    [
      "{ models: { nobody: { rpm: 1 } } }",
      "rollcall.keys.limits.models.nobody: no entry has this model_name",
    ],
  ])("%s is told", (limits, problem) => {
    expect(problemsOf(withLimits(limits)).join("\n")).toContain(problem);
  });
});
