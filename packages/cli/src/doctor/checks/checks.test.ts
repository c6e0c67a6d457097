import { readFileSync } from "node:fs";
import { err, ok, REASONS, type Snapshot } from "@rollcall/contract";
import type { ProbedDeployment } from "@rollcall/prober";
import { describe, expect, test } from "vitest";
import type { Asked } from "../ask.ts";
import type { DaemonAnswers } from "../daemon.ts";
import { worstOf, type Finding } from "../finding.ts";
import { backendsCheck } from "./backends.ts";
import { certificatesCheck } from "./certificates.ts";
import { clocksCheck } from "./clocks.ts";
import { configCheck, judgeUnusable } from "./config.ts";
import { controlCheck } from "./control-directory.ts";
import { daemonsCheck, type DaemonFacts } from "./daemons.ts";
import { namesCheck, type NameFacts } from "./names.ts";
import { permissionsCheck } from "./permissions.ts";
import { stateCheck, type StateFacts } from "./state.ts";
import { OLDEST_NODE, versionsCheck } from "./versions.ts";

const NOW = 1_795_000_000_000;
const DAY = 86_400_000;

/** `fail subject: detail → remedy` */
const print = (findings: readonly Finding[]) =>
  findings.map(({ state, subject, detail, remedy }) =>
    remedy === undefined ? `${state} ${subject}: ${detail}` : `${state} ${subject}: ${detail} → ${remedy}`,
  );

test("the worst of several states counts", () => {
  const states = (...all: Finding["state"][]) => worstOf(all.map((state) => ({ state })));
  expect([states(), states("ok"), states("warn", "ok"), states("fail", "warn")]).toEqual([
    "ok",
    "ok",
    "warn",
    "fail",
  ]);
});

test("what is not well says what to do, and what is well does not", () => {
  expect(
    print(configCheck.judge({ file: "c", problems: [], aliases: 1, deployments: 2, skipped: new Map() })),
  ).toEqual(["ok c: 1 alias, 2 deployments"]);
});

describe("config", () => {
  test("warns of complaints, and of each entry that is left out", () => {
    const skipped = new Map([["chat", "api_base is missing"]]);
    const facts = {
      file: "c.yaml",
      problems: [{ severity: "warning" as const }],
      aliases: 1,
      deployments: 1,
      skipped,
    };
    expect(print(configCheck.judge(facts))).toEqual([
      "warn c.yaml: 1 alias, 1 deployment, 1 complaint → `rollcall check c.yaml` names line, column and fix.",
      "warn chat: is left out: api_base is missing → Correct or remove its entry in model_list.",
    ]);
  });

  test("fails where it cannot be read or used", () => {
    const place = { config: null, configFile: "c.yaml" } as const;
    expect(
      print(judgeUnusable({ ...place, fault: "cannot read c.yaml: permission denied", problems: [] })),
    ).toEqual([
      "fail c.yaml: cannot read c.yaml: permission denied → Put it there, or make it readable for this user.",
    ]);
    const [told] = judgeUnusable({ ...place, fault: null, problems: [{ severity: "error" }] as never });
    expect(told).toMatchObject({ state: "fail", detail: "cannot be used: 1 error" });
  });
});

describe("permissions", () => {
  const file = (path: string, mode: number | null, holdsKeys = true) => ({ path, mode, holdsKeys });
  const facts = {
    files: [file("a", 0o640)],
    unread: new Map<string, string>(),
    inContainer: false,
    uid: 1,
    daemons: [],
  };

  test.each([
    ["of files as they ought to be", {}, ["ok files: 1 can be read, and changed by nobody else"]],
    [
      "of keys for everyone",
      { files: [file("a", 0o644)] },
      ["warn a: holds keys and can be read by everyone on this machine → chmod o-r a"],
    ],
    [
      "of keys for everyone who is alone",
      { files: [file("a", 0o644)], inContainer: true },
      ["ok files: 1 can be read, and changed by nobody else"],
    ],
    [
      "of a file without keys for everyone",
      { files: [file("a", 0o644, false)] },
      ["ok files: 1 can be read, and changed by nobody else"],
    ],
    [
      "of a file that everyone may change",
      { files: [file("a", 0o666, false)] },
      ["fail a: can be changed by everyone on this machine → chmod o-w a"],
    ],
    [
      "of a file that is not there, which its secret says",
      { files: [file("a", null)] },
      ["ok files: 1 can be read, and changed by nobody else"],
    ],
    [
      "of a secret that is gone",
      { unread: new Map([["model_list[0].litellm_params.api_key", "gone"]]) },
      [`fail model_list[0].litellm_params.api_key: gone → ${REASONS.key_missing.fix}`],
    ],
    [
      "of a master key that is gone",
      { unread: new Map([["general_settings.master_key", "gone"]]) },
      [
        "fail general_settings.master_key: gone → Set the variable or put the file in place: without it the gateway does not start.",
      ],
    ],
    [
      "of daemons of another user",
      { daemons: [{ name: "prober", uid: 998 }] },
      [
        "warn prober: runs as user 998, and this command does not: what it can read the prober may not → Run it as that user: sudo -u '#998' rollcall doctor",
      ],
    ],
  ] as const)("%s", (_what, changed, told) => {
    expect(print(permissionsCheck.judge({ ...facts, ...changed }))).toEqual(told);
  });
});

describe("state", () => {
  const snapshot = (changed: Partial<Snapshot>): StateFacts["snapshot"] =>
    ok({
      sequence: 1,
      writtenAt: NOW - 1_000,
      intervalMs: 2_000,
      prober: { instance: "i", startedAt: 0 },
      config: "sum",
      verdicts: [],
      ...changed,
    });
  const facts: StateFacts = {
    file: "/s/state.json",
    fault: null,
    unwritable: null,
    othersWrite: false,
    freeBytes: 1e9,
    snapshot: snapshot({}),
    checksum: "sum",
    proberRuns: true,
    now: NOW,
  };

  test.each<[string, Partial<StateFacts>, Finding["state"], RegExp]>([
    ["is well", {}, "ok", /0 verdicts, written 1 s ago/],
    ["has no place", { file: null, fault: "cannot make /tmp/x" }, "fail", /cannot make/],
    [
      "cannot be written",
      { unwritable: "permission denied" },
      "fail",
      /cannot be written: permission denied/,
    ],
    ["is everyone's", { othersWrite: true }, "fail", /can be changed by everyone/],
    ["is on a full disk", { freeBytes: 4_096 }, "fail", /has 4 KiB left/],
    ["is missing, though a prober runs", { snapshot: null }, "fail", /is not there, though a prober runs/],
    ["is missing before the first start", { snapshot: null, proberRuns: false }, "ok", /not there yet/],
    [
      "cannot be read",
      { snapshot: err("version 9") },
      "fail",
      /holds no snapshot that can be read: version 9/,
    ],
    ["is old", { snapshot: snapshot({ writtenAt: NOW - 60_000 }) }, "fail", /is stale: .* written 1 m ago/],
    [
      "is old, while no prober runs",
      { snapshot: snapshot({ writtenAt: NOW - 60_000 }), proberRuns: false },
      "ok",
      /written 1 m ago/,
    ],
    ["is of another config", { snapshot: snapshot({ config: "other" }) }, "warn", /is of another config/],
  ])("%s", (_how, changed, ...[state, detail]) => {
    const [told] = stateCheck.judge({ ...facts, ...changed });
    expect(told).toMatchObject({ state, detail: expect.stringMatching(detail) as string });
    expect(told?.remedy === undefined).toBe(state === "ok");
  });
});

describe("control", () => {
  const facts = {
    directory: "/c",
    mode: 0o40700,
    unwritable: null,
    hasDatabase: true,
    hasSocket: true,
    controlRuns: true,
  };

  test.each([
    ["is not wanted", null, []],
    ["is well", facts, ["ok /c: is control's alone, and has its database"]],
    [
      "is not there yet",
      { ...facts, mode: null, controlRuns: false },
      ["ok /c: is not there yet: control makes it"],
    ],
    [
      "is open to others",
      { ...facts, mode: 0o40755 },
      ["fail /c: can be entered by other users: digests of all keys are in it → chmod 700 /c"],
    ],
  ])("%s", (_how, given, told) => {
    expect(print(controlCheck.judge(given))).toEqual(told);
  });

  test.each([
    ["is elsewhere than control", { mode: null }, "is not there, though control runs"],
    ["has no socket", { hasSocket: false }, "has no socket, though control runs: gateways cannot follow it"],
    ["has no database", { hasDatabase: false }, "has no database: no virtual key is known"],
    ["cannot be written", { unwritable: "permission denied" }, "cannot be written: permission denied"],
  ])("%s", (_how, changed, detail) => {
    expect(controlCheck.judge({ ...facts, ...changed })).toMatchObject([{ detail }]);
  });
});

test.each([
  [
    "all is of one version",
    { node: "v24.15.0", own: "1.0.0", daemons: [{ name: "gateway", version: "1.0.0" }] },
    ["ok Node.js: v24.15.0", "ok Rollcall: 1.0.0"],
  ],
  [
    "an old Node.js",
    { node: "v22.9.0", own: "1.0.0", daemons: [] },
    ["fail Node.js: v22.9.0 is too old → Install 24.15 or newer.", "ok Rollcall: 1.0.0"],
  ],
  [
    "a daemon that was not restarted",
    { node: "v26.0.0", own: "1.1.0", daemons: [{ name: "prober", version: "1.0.0" }] },
    [
      "ok Node.js: v26.0.0",
      "warn prober: runs version 1.0.0, and this command is of 1.1.0 → Restart what is older: gateways before probers. Only versions next to each other work together.",
    ],
  ],
])("versions: %s", (_what, facts, told) => {
  expect(print(versionsCheck.judge(facts))).toEqual(told);
});

describe("daemons", () => {
  const answer = (body: string, status = 200, headers = {}): Asked => ({
    kind: "answer",
    status,
    headers,
    body,
    skewMs: 0,
  });
  const refused: Asked = { kind: "failure", code: "ECONNREFUSED" };
  const daemon = (name: DaemonAnswers["name"], changed: Partial<DaemonAnswers> = {}): DaemonFacts => ({
    daemon: {
      name,
      url: "http://h:1",
      isHere: true,
      metrics: answer(`# HELP\nrollcall_${name}_config_fault 0\n`),
      readiness: answer("ready\n"),
      status: null,
      version: null,
      ...changed,
    },
    taken: null,
    holder: null,
  });
  const status = { prober: { configFault: null, settingsNeedRestart: [], initialRoundDone: true } };
  const away = (name: DaemonAnswers["name"]) => daemon(name, { metrics: refused });

  test.each<[string, readonly DaemonFacts[], readonly string[]]>([
    [
      "that are well",
      [daemon("gateway"), daemon("prober", { status: status as never })],
      [
        "ok gateway at http://h:1: runs, and has nothing to complain of",
        "ok prober at http://h:1: runs, and has nothing to complain of",
      ],
    ],
    [
      "before their first start",
      [away("gateway"), away("prober")],
      [
        "warn gateway at http://h:1: does not run here: its port is free → Start it: `rollcall up`, or its unit. Where it is elsewhere: --gateway-url.",
        "warn prober at http://h:1: does not run here: its port is free → Start it: `rollcall up`, or its unit. Where it is elsewhere: --prober-url.",
      ],
    ],
    [
      "of which one is gone",
      [daemon("gateway"), away("prober")],
      [
        "ok gateway at http://h:1: runs, and has nothing to complain of",
        "fail prober at http://h:1: does not run here: its port is free → Start it: `rollcall up`, or its unit. Where it is elsewhere: --prober-url.",
      ],
    ],
    [
      "whose port is another's",
      [{ ...away("gateway"), taken: "port 1 on h is in use", holder: "nc (pid 7)" }],
      [
        "fail gateway at http://h:1: port 1 on h is in use (it is nc (pid 7)) → Correct rollcall.gateway.host or .port.",
      ],
    ],
    [
      "in whose place another program answers",
      [daemon("gateway", { metrics: answer("nginx", 404, { server: "nginx" }) })],
      [
        "fail gateway at http://h:1: another program answers there (HTTP 404, nginx) → Stop it, or choose another rollcall.gateway.port.",
      ],
    ],
    [
      "that complain",
      [daemon("gateway", { readiness: answer("[+] fine\n[!] snapshot is stale\n[-] draining\n") })],
      [
        "warn gateway at http://h:1: snapshot is stale → `rollcall status` and the daemon's log say more.",
        "fail gateway at http://h:1: draining → `rollcall status` and the daemon's log say more.",
      ],
    ],
    [
      "a prober with another key",
      [daemon("prober")],
      [
        "warn prober at http://h:1: does not tell /status to this command → Let the config have the master key that it has.",
      ],
    ],
  ])("%s", (_how, facts, told) => {
    expect(print(daemonsCheck.judge({ daemons: facts, inContainer: false }))).toEqual(told);
  });

  test("one that is not in this container is no failure, and one elsewhere that is away is", () => {
    const facts = [daemon("gateway"), away("control"), daemon("prober", { metrics: refused, isHere: false })];
    expect(print(daemonsCheck.judge({ daemons: facts, inContainer: true })).slice(1)).toEqual([
      "warn control at http://h:1: does not run here: its port is free → Start it: `rollcall up`, or its unit. Where it is elsewhere: --control-url.",
      "fail prober at http://h:1: does not answer (ECONNREFUSED) → Start it, or correct the address.",
    ]);
  });

  test("a prober tells of its config, its settings and its first round", () => {
    const prober = {
      configFault: "c.yaml cannot be used:\n  more",
      settingsNeedRestart: ["prober.port"],
      initialRoundDone: false,
    };
    const metrics = answer("\nrollcall_prober_config_fault 1\n");
    expect(
      daemonsCheck
        .judge({
          daemons: [daemon("prober", { metrics, status: { prober } as never })],
          inContainer: false,
        })
        .map(({ detail }) => detail),
    ).toEqual([
      "c.yaml cannot be used:",
      "settings need a restart: prober.port",
      "its first round of probes is still under way",
    ]);
  });
});

test("the oldest Node.js is the one that the program itself asks for", () => {
  const program = readFileSync(new URL("../../../bin/rollcall.js", import.meta.url), "utf8");
  expect(program).toContain(`var MINIMUM = [${OLDEST_NODE.join(", ")}];`);
});

test.each([
  ["nobody tells the time", [], []],
  ["clocks agree", [{ subject: "a", skewMs: 900 }], ["ok clocks: 1 agree within a minute"]],
  [
    "one is ahead",
    [
      { subject: "a", skewMs: 0 },
      { subject: "b", skewMs: 61_000 },
    ],
    ["warn b: its clock is 61 s ahead → Run NTP on both hosts."],
  ],
  [
    "one is behind",
    [{ subject: "b", skewMs: -3_600_000 }],
    ["warn b: its clock is 3600 s behind → Run NTP on both hosts."],
  ],
])("clocks: %s", (_what, facts, told) => {
  expect(print(clocksCheck.judge(facts))).toEqual(told);
});

test.each<[string, NameFacts, boolean, RegExp]>([
  [
    "a name",
    { host: "gpu", addresses: ["10.0.0.1", "fd00::1"], code: null },
    false,
    /^ok gpu: is 10\.0\.0\.1, fd00::1$/,
  ],
  [
    "an address",
    { host: "10.0.0.1", addresses: ["10.0.0.1"], code: null },
    false,
    /^ok 10\.0\.0\.1: is an address$/,
  ],
  [
    "one that does not resolve",
    { host: "gpu", addresses: [], code: "ENOTFOUND" },
    false,
    /^fail gpu: the host name does not resolve \(ENOTFOUND\) → Correct the host/,
  ],
  [
    "localhost on a machine",
    { host: "localhost", addresses: ["127.0.0.1"], code: null },
    false,
    /^ok localhost/,
  ],
  [
    "localhost in a container",
    { host: "localhost", addresses: ["127.0.0.1"], code: null },
    true,
    /^warn localhost: is 127\.0\.0\.1: this machine → Inside a container/,
  ],
])("names: %s", (_what, name, ...[inContainer, told]) => {
  expect(print(namesCheck.judge({ names: [name], inContainer }))[0]).toMatch(told);
});

test.each([
  [
    "a trusted one",
    { validTo: NOW + 90 * DAY, code: null, verify: true },
    [/^ok .* trusted and ends in 90 d/],
  ],
  [
    "one that soon ends",
    { validTo: NOW + 3 * DAY, code: null, verify: true },
    [/^warn .* ends in 3 d → Renew/],
  ],
  [
    "one that nobody trusts",
    { validTo: NOW + 90 * DAY, code: "DEPTH_ZERO_SELF_SIGNED_CERT", verify: true },
    [/^fail .* signed by nobody who is trusted here/],
  ],
  [
    "one for another name",
    { validTo: NOW + 90 * DAY, code: "ERR_TLS_CERT_ALTNAME_INVALID", verify: true },
    [/^fail .* for another host name/],
  ],
  [
    "one that is not looked at",
    { validTo: NOW + 90 * DAY, code: "DEPTH_ZERO_SELF_SIGNED_CERT", verify: false },
    [/^warn .* is not verified/],
  ],
  [
    "one that has ended",
    { validTo: NOW - DAY, code: "CERT_HAS_EXPIRED", verify: false },
    [/^warn .* has expired/],
  ],
  ["a client's that has ended", { validTo: NOW - DAY, code: null, verify: true }, [/^fail .* has expired/]],
  ["none, since nobody answers", { validTo: null, code: "ECONNREFUSED", verify: true }, []],
])("certificates: %s", (_what, facts, told) => {
  const said = print(
    certificatesCheck.judge({ certificates: [{ subject: "https://h", ...facts }], now: NOW }),
  );
  expect(said).toEqual(told.map((pattern) => expect.stringMatching(pattern) as string));
});

describe("backends", () => {
  const one = (changed: Partial<ProbedDeployment>): ProbedDeployment =>
    ({
      deployment: "d",
      alias: "chat",
      check: "c",
      ready: true,
      nameMatches: true,
      reason: "ok",
      warnings: [],
      notices: [],
      detail: "",
      hint: "",
      ...changed,
    }) as ProbedDeployment;
  const down = {
    ready: false,
    reason: "down",
    detail: "connection refused",
    hint: "Start it again.",
  } as const;

  test.each<[string, Partial<ProbedDeployment>, readonly Partial<ProbedDeployment>[], readonly string[]]>([
    ["that is ready", {}, [], ["ok chat (d): ready"]],
    [
      "that is down",
      down,
      [],
      [
        "fail chat (d): down: It has served and is gone, or refuses connections for far longer than any load takes (connection refused) → Start it again.",
      ],
    ],
    [
      "that seems to load, and is known to be down",
      { ...down, reason: "loading", hint: "Wait." },
      [down],
      [
        "fail chat (d): down: It has served and is gone, or refuses connections for far longer than any load takes (connection refused) → Start it again.",
      ],
    ],
    [
      "that seems to load, as one of another address",
      { ...down, reason: "loading", hint: "Wait." },
      [{ ...down, check: "other" }],
      [
        "warn chat (d): loading: Says so itself, or was never seen and refuses connections, within the time a load may take (connection refused) → Wait.",
      ],
    ],
    ["that answers again", {}, [down], ["ok chat (d): ready"]],
    [
      "with another clock",
      { warnings: ["clock_skew"], notices: [{ code: "clock_skew", detail: "75 s ahead" }] },
      [],
      [
        "warn chat (d): Its clock is more than a minute away from the prober's (75 s ahead) → Run NTP on both hosts.",
      ],
    ],
    [
      "that is drained",
      { ...down, reason: "drained", hint: "", drained: { since: 0, by: "me", observed: "ok" } },
      [],
      [
        `warn chat (d): drained: ${REASONS.drained.meaning.replace(/\.$/, "")} (probes find: ok) → ${REASONS.drained.fix}`,
      ],
    ],
  ])("%s", (_how, changed, ...[known, told]) => {
    expect(print(backendsCheck.judge({ probed: [one(changed)], known: known.map(one) }))).toEqual(told);
  });
});
