import { isRoutable, REASONS } from "@rollcall/contract";
import { describe, expect, it } from "vitest";
import { readyOutcome, readyHistory, historyOf, instant } from "../../test/deployment-histories.ts";
import { advance, type Thresholds } from "./advance.ts";
import { fault, loading, refused as refusedConnection, type Outcome } from "../read/outcome.ts";
import { resumeHistory, type DeploymentHistory } from "../remember/deployment-history.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const thresholds: Thresholds = { failures: 2, successes: 1, loadTimeMs: 10 * MINUTE };

const good = readyOutcome("llama");
const refused = refusedConnection();
const saysLoading = loading("/models answers 503: it says that it is loading");
const timeout = fault("timeout", "no answer in time (PROBE_TIMEOUT)");
const wrongName: Outcome = {
  kind: "fault",
  reason: "wrong_name",
  nameMatches: false,
  found: ["qwen"],
  detail: "/models lists another name",
};
const engineDead: Outcome = {
  kind: "fault",
  reason: "engine_dead",
  nameMatches: true,
  found: ["llama"],
  detail: "/health answers 503 while /models answers 200",
};

function move(history: DeploymentHistory, outcome: Outcome, now: number): DeploymentHistory {
  return advance(history, outcome, { thresholds, now: instant(now) });
}

/** One outcome after the other, each with its time. */
function walk(
  history: DeploymentHistory,
  steps: readonly (readonly [now: number, outcome: Outcome])[],
): DeploymentHistory {
  return steps.reduce((reached, [now, outcome]) => move(reached, outcome, now), history);
}

/** As many good probes as anything needs, however often it came and went. */
function up(now: number): readonly (readonly [now: number, outcome: Outcome])[] {
  return Array.from({ length: 8 }, (_, index) => [now + index, good] as const);
}

describe("good news", () => {
  it("acts at once on one not asked before", () => {
    expect(move(historyOf(), good, 500).verdict).toMatchObject({
      ready: true,
      nameMatches: true,
      reason: "ok",
      found: ["llama"],
      detail: "",
      hint: "",
      since: 500,
      observedAt: 500,
      lastGoodAt: 500,
    });
  });

  it.each(["loading", "down", "crash_loop", "wrong_key", "wrong_name", "engine_dead", "timeout"] as const)(
    "acts at once on one that was %s",
    (reason) => {
      const history = historyOf({ failures: 9, absentSince: 0, falls: [1, 2, 3] }, { reason, hint: "x" });
      const { verdict, failures, absentSince } = move(history, good, 500);
      expect(isRoutable(verdict)).toBe(true);
      expect(verdict).toMatchObject({ reason: "ok", hint: "", since: 500 });
      expect({ failures, absentSince }).toEqual({ failures: 0, absentSince: null });
    },
  );

  it("again keeps since and moves the time of the evidence", () => {
    const { verdict } = walk(historyOf(), [
      [500, good],
      [900, readyOutcome("llama", "more")],
    ]);
    expect(verdict).toMatchObject({ since: 500, observedAt: 900, lastGoodAt: 900, found: ["llama", "more"] });
  });
});

describe("a definite finding", () => {
  it.each([
    ["wrong_key", fault("wrong_key", "/models answers 401")],
    ["wrong_path", fault("wrong_path", "/models answers 404")],
    ["not_openai", fault("not_openai", "HTML")],
    ["no_models", fault("no_models", "/models lists no model")],
    ["engine_dead", engineDead],
    ["wrong_name", wrongName],
  ])("takes a ready deployment out on one probe: %s", (reason, outcome) => {
    const { verdict, failures } = move(readyHistory(), outcome, 500);
    expect(isRoutable(verdict)).toBe(false);
    expect(verdict).toMatchObject({ reason, since: 500, observedAt: 500, lastGoodAt: 0 });
    expect(failures).toBe(0);
  });

  it("says that another name is served by a server that is up: two facts", () => {
    expect(move(readyHistory(), wrongName, 500).verdict).toMatchObject({
      ready: true,
      nameMatches: false,
      found: ["qwen"],
      expected: "llama",
      detail: "/models lists another name",
      hint: expect.stringContaining('"qwen"'),
    });
  });

  it("says that a dead engine has the right name: two facts", () => {
    expect(move(readyHistory(), engineDead, 500).verdict).toMatchObject({ ready: false, nameMatches: true });
  });

  it("keeps what was known of the names where it says nothing of them", () => {
    expect(move(readyHistory(), fault("wrong_key", "x"), 500).verdict).toMatchObject({
      ready: false,
      nameMatches: true,
      found: ["llama"],
    });
    expect(move(historyOf(), fault("wrong_key", "x"), 500).verdict).toMatchObject({
      nameMatches: null,
      found: [],
    });
  });

  it("ends an absence: something answers", () => {
    expect(
      walk(historyOf(), [
        [0, refused],
        [500, fault("wrong_key", "x")],
      ]).absentSince,
    ).toBeNull();
  });

  it("carries the fix of its reason", () => {
    expect(move(historyOf(), fault("wrong_key", "x"), 0).verdict.hint).toBe(REASONS.wrong_key.fix);
  });
});

describe("a transient failure", () => {
  const transient: readonly (readonly [reason: string, outcome: Outcome])[] = [
    ["loading", saysLoading],
    ["timeout", timeout],
    ["dns", fault("dns", "x")],
    ["tls", fault("tls", "x")],
    ["proxy_error", fault("proxy_error", "x")],
    ["server_error", fault("server_error", "x")],
  ];

  it.each(transient)("leaves a ready deployment as it is the first time: %s", (_reason, outcome) => {
    const history = readyHistory({}, { observedAt: 100, since: 50 });
    const next = move(history, outcome, 500);
    expect(next.verdict).toBe(history.verdict);
    expect(next.verdict.observedAt).toBe(100);
    expect(next.failures).toBe(1);
  });

  it.each(transient)("takes it out the second time in a row: %s", (reason, outcome) => {
    const { verdict } = walk(readyHistory(), [
      [500, outcome],
      [900, outcome],
    ]);
    expect(verdict).toMatchObject({ ready: false, reason, since: 900, observedAt: 900, lastGoodAt: 0 });
  });

  it.each(transient)("is told at once of one that is not ready: %s", (reason, outcome) => {
    expect(move(historyOf(), outcome, 500).verdict).toMatchObject({ reason, since: 500, observedAt: 500 });
  });

  it("counts with one of another kind", () => {
    expect(
      walk(readyHistory(), [
        [500, timeout],
        [900, refused],
      ]).verdict,
    ).toMatchObject({
      ready: false,
      reason: "down",
    });
  });

  it("does not count with one before good news", () => {
    const history = walk(readyHistory(), [
      [1, timeout],
      [2, good],
      [3, timeout],
      [4, good],
      [5, timeout],
    ]);
    expect(isRoutable(history.verdict)).toBe(true);
    expect(history.verdict).toMatchObject({ since: 0, observedAt: 4 });
  });

  it.each([1, 2, 3, 7])("acts after as many in a row as the config says: %i", (failures) => {
    let history = readyHistory();
    for (let count = 1; count <= failures; count += 1) {
      expect(isRoutable(history.verdict)).toBe(true);
      history = advance(history, timeout, { thresholds: { ...thresholds, failures }, now: instant(count) });
    }
    expect(isRoutable(history.verdict)).toBe(false);
  });

  it("does not hide a wrong name the first time, and does the second", () => {
    const renamed = move(readyHistory(), wrongName, 100);
    const once = move(renamed, timeout, 200);
    expect(once.verdict).toBe(renamed.verdict);
    expect(move(once, timeout, 300).verdict).toMatchObject({
      ready: false,
      nameMatches: false,
      reason: "timeout",
    });
  });
});

describe("a name", () => {
  it("that becomes the right one is good at once", () => {
    const { verdict } = walk(readyHistory(), [
      [100, wrongName],
      [200, good],
    ]);
    expect(verdict).toMatchObject({
      ready: true,
      nameMatches: true,
      reason: "ok",
      since: 200,
      found: ["llama"],
    });
  });

  it("that changes from one wrong one to another keeps since and tells the new one", () => {
    const { verdict } = walk(readyHistory(), [
      [100, wrongName],
      [200, { ...wrongName, found: ["phi"] }],
    ]);
    expect(verdict).toMatchObject({ since: 100, observedAt: 200, found: ["phi"] });
    expect(verdict.hint).toContain('"phi"');
  });
});

describe("since", () => {
  it("changes with the reason and with nothing else", () => {
    let history = historyOf();
    const told = [];
    for (const [now, outcome] of [
      [1, refused],
      [2, refused],
      [3, timeout],
      [4, timeout],
      [5, refused],
      [6, good],
      [7, good],
      [8, timeout],
      [9, timeout],
      [10, engineDead],
      [11, engineDead],
      [12, good],
    ] as const) {
      history = move(history, outcome, now);
      told.push([history.verdict.reason, history.verdict.since]);
    }
    expect(told).toEqual([
      ["loading", 1],
      ["loading", 1],
      ["timeout", 3],
      ["timeout", 3],
      ["loading", 5],
      ["ok", 6],
      ["ok", 6],
      ["ok", 6],
      ["timeout", 9],
      ["engine_dead", 10],
      ["engine_dead", 10],
      ["ok", 12],
    ]);
  });
});

describe("time alone", () => {
  it("makes a loading one overdue and then down", () => {
    const reasons = [0, 9, 10, 29, 30, 10_000].map(
      (minutes) =>
        walk(historyOf(), [
          [0, refused],
          [minutes * MINUTE, refused],
        ]).verdict.reason,
    );
    expect(reasons).toEqual(["loading", "loading", "overdue", "overdue", "down", "down"]);
  });

  it("counts from the first refusal of a ready one, though that one was forgiven", () => {
    const { absentSince } = walk(readyHistory(), [
      [100, refused],
      [200, refused],
      [300, refused],
    ]);
    expect(absentSince).toBe(100);
  });

  it("begins anew after something answered", () => {
    const { verdict } = walk(historyOf(), [
      [0, refused],
      [9 * MINUTE, fault("wrong_key", "x")],
      [11 * MINUTE, refused],
    ]);
    expect(verdict.reason).toBe("loading");
  });

  it("goes on through a timeout, since that is no answer either", () => {
    const { verdict } = walk(historyOf(), [
      [0, refused],
      [MINUTE, timeout],
      [10 * MINUTE, refused],
    ]);
    expect(verdict.reason).toBe("overdue");
  });
});

describe("one that has served and is gone", () => {
  const gone = (outcome: Outcome) =>
    walk(readyHistory(), [
      [100, outcome],
      [200, refused],
      [300, refused],
    ]);

  it.each([
    ["says that it is down", refused, "Start it again"],
    ["says so after a timeout, too", timeout, "Start it again"],
    ["keeps the advice of a dead engine", engineDead, "Restart=always"],
    ["says that it was shut down", fault("draining", "x"), "It was shut down"],
  ])("%s", (_what, before, told) => {
    const history = gone(before);
    expect(history.verdict).toMatchObject({ ready: false, reason: "down", detail: "connection refused" });
    expect(history.verdict.hint).toContain(told);
    expect(move(history, refused, 60 * MINUTE).verdict.hint).toBe(history.verdict.hint);
  });

  it("is loading once it says so", () => {
    expect(move(gone(refused), saysLoading, 400).verdict).toMatchObject({ reason: "loading" });
  });

  it("is known by a later run, which goes on with what it said last", () => {
    const resumed = resumeHistory(gone(engineDead).verdict, instant(1_000));
    expect(move(resumed, refused, 1_100).verdict).toMatchObject({
      reason: "down",
      hint: expect.stringContaining("Restart=always"),
    });
  });
});

describe("load times", () => {
  it("are learned from the first refusal to the first good answer", () => {
    const history = walk(historyOf(), [
      [0, refused],
      [MINUTE, refused],
      [2 * MINUTE, good],
    ]);
    expect(history.loadTimesMs).toEqual([2 * MINUTE]);
  });

  it.each([
    ["count from its process's start, where it tells one", 5 * MINUTE - 90 * SECOND, [90 * SECOND]],
    ["are not longer than it was away, whatever its start says", -SECOND, [5 * MINUTE]],
    ["are not learned from one that ran all along: the network was away", -MINUTE, []],
    ["are not learned from a start that is still to come", 6 * MINUTE, []],
  ])("%s", (_what, startedAt, learned) => {
    const history = walk(historyOf(), [
      [0, refused],
      [4 * MINUTE, refused],
      [5 * MINUTE, { ...good, startedAt }],
    ]);
    expect(history.loadTimesMs).toEqual(learned);
  });

  it("make the next load overdue by what the last one took, not by what the config says", () => {
    const learned = walk(historyOf(), [
      [0, refused],
      [SECOND, good],
    ]);
    const fallen = walk(learned, [
      [MINUTE, saysLoading],
      [MINUTE + SECOND, saysLoading],
    ]);
    expect(fallen.verdict.reason).toBe("loading");
    expect(move(fallen, saysLoading, MINUTE + 32 * SECOND).verdict.reason).toBe("overdue");
    expect(move(fallen, saysLoading, MINUTE + 96 * SECOND).verdict.reason).toBe("overdue");
  });

  it("are not learned from one refusal that was forgiven", () => {
    const history = walk(historyOf(), [
      [0, good],
      [100, refused],
      [200, good],
    ]);
    expect(history.loadTimesMs).toEqual([]);
  });

  it("are not learned from a fault that was no absence", () => {
    expect(
      walk(historyOf(), [
        [0, fault("wrong_key", "x")],
        [100, good],
      ]).loadTimesMs,
    ).toEqual([]);
  });

  it("are remembered ten times", () => {
    let history = historyOf();
    for (let index = 1; index <= 14; index += 1) {
      const start = index * 20 * MINUTE;
      history = walk(history, [
        [start, refused],
        [start + 1, refused],
        [start + index + 1, good],
      ]);
    }
    expect(history.loadTimesMs).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });
});

describe("a crash loop", () => {
  /** Comes up and falls every three minutes. */
  function loop(times: number): DeploymentHistory {
    let history = historyOf();
    for (let index = 0; index < times; index += 1) {
      const start = index * 3 * MINUTE;
      history = walk(history, [...up(start), [start + SECOND, refused], [start + 2 * SECOND, refused]]);
    }
    return history;
  }

  it("is named when it has fallen three times within a quarter of an hour", () => {
    const history = loop(3);
    expect(history.falls).toHaveLength(3);
    expect(move(history, refused, 6 * MINUTE + 3 * SECOND).verdict.reason).toBe("crash_loop");
  });

  it("is not named after two falls", () => {
    expect(move(loop(2), refused, 3 * MINUTE + 3 * SECOND).verdict.reason).toBe("down");
  });

  it("is left when it has answered well for a while, and named after the next fall again", () => {
    const risen = walk(loop(3), [[6 * MINUTE + 3 * SECOND, refused], ...up(8 * MINUTE)]);
    expect(risen.verdict.reason).toBe("ok");
    const down = walk(risen, [
      [9 * MINUTE, refused],
      [9 * MINUTE + 1, refused],
    ]);
    expect(down.verdict.reason).toBe("crash_loop");
  });

  it("is forgotten when it has stayed up for a quarter of an hour", () => {
    const risen = walk(loop(3), up(7 * MINUTE));
    const fallen = walk(risen, [
      [30 * MINUTE, refused],
      [30 * MINUTE + 1, refused],
    ]);
    expect(fallen.verdict.reason).toBe("down");
  });

  it("is remembered by its last ten falls", () => {
    expect(loop(14).falls).toEqual(
      [4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((index) => index * 3 * MINUTE + 2 * SECOND),
    );
  });

  it("is not one that was renamed or lost to timeouts again and again: only going away is a fall", () => {
    let history = readyHistory();
    for (let now = 100; now <= 500; now += 100)
      history = walk(history, [
        [now, wrongName],
        ...up(now + 1),
        [now + 20, timeout],
        [now + 21, timeout],
        ...up(now + 22),
      ]);
    expect(history.losses).toHaveLength(5);
    expect(history.falls).toEqual([]);
  });

  it("is not one fall seen many times", () => {
    let history = readyHistory();
    for (let now = 1; now < 50; now += 1) history = move(history, refused, now);
    expect(history.falls).toHaveLength(1);
    expect(history.verdict.reason).toBe("down");
  });
});

describe("one that comes and goes", () => {
  /** Lost so often to timeouts, a minute between each, and out since. */
  function lost(times: number): DeploymentHistory {
    let history = readyHistory();
    for (let index = 0; index < times; index += 1) {
      const start = index * MINUTE;
      history = walk(history, [
        ...(index === 0 ? [] : up(start - 30 * SECOND)),
        [start, timeout],
        [start + SECOND, timeout],
      ]);
    }
    return history;
  }

  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 8],
    [9, 8],
  ])("lost %i times of late needs %i good probes in a row", (times, needed) => {
    let history = lost(times);
    for (let count = 1; count <= needed; count += 1) {
      expect(isRoutable(history.verdict)).toBe(false);
      history = move(history, good, times * MINUTE + count);
    }
    expect(isRoutable(history.verdict)).toBe(true);
    expect(history.successes).toBe(0);
  });

  it("says how many good probes are still needed, and keeps its reason and since", () => {
    const before = lost(3);
    const { verdict } = walk(before, [
      [3 * MINUTE, good],
      [3 * MINUTE + SECOND, good],
    ]);
    expect(verdict).toEqual({
      ...before.verdict,
      detail: "recovering: 2 of 4 good probes in a row",
      observedAt: 3 * MINUTE + SECOND,
    });
  });

  it.each([
    ["a timeout", timeout],
    ["a refusal", refused],
    ["a definite finding", wrongName],
    ["a dead engine", engineDead],
  ])("begins its count anew after %s", (_what, outcome) => {
    const history = walk(lost(3), [
      [3 * MINUTE, good],
      [3 * MINUTE + 1, good],
      [3 * MINUTE + 2, good],
      [3 * MINUTE + 3, outcome],
    ]);
    expect(history.successes).toBe(0);
    expect(isRoutable(move(history, good, 3 * MINUTE + 4).verdict)).toBe(false);
  });

  it("is taken in at once again when it was not lost for a quarter of an hour", () => {
    expect(isRoutable(move(lost(9), good, 8 * MINUTE + 15 * MINUTE + SECOND).verdict)).toBe(true);
  });

  it("is not one that was renamed or refused a key: those are no losses", () => {
    let history = readyHistory();
    for (let now = 1; now < 40; now += 2)
      history = walk(history, [
        [now, now % 4 === 1 ? wrongName : fault("wrong_key", "x")],
        [now + 1, good],
      ]);
    expect(isRoutable(history.verdict)).toBe(true);
    expect(history.losses).toEqual([]);
  });

  it.each([1, 2, 5])("needs as many good probes as the config says, from the first on: %i", (successes) => {
    const patient = { ...thresholds, successes };
    let history = historyOf();
    for (let now = 1; now <= successes; now += 1) {
      expect(isRoutable(history.verdict)).toBe(false);
      history = advance(history, good, { thresholds: patient, now: instant(now) });
    }
    expect(isRoutable(history.verdict)).toBe(true);
    expect(history.verdict).toMatchObject({ reason: "ok", since: successes });
  });
});

describe("what a verdict carries", () => {
  it("is what is served under its name, kept while it is out", () => {
    const served = { kind: "vllm", version: "0.26.0", root: "/m", parent: null, maxModelLen: 8_192 } as const;
    const history = move(historyOf(), { ...good, served }, 1);
    expect(history.verdict.served).toEqual(served);
    expect(
      walk(history, [
        [2, refused],
        [3, refused],
      ]).verdict.served,
    ).toEqual(served);
  });

  it("is the history that a later run goes on from", () => {
    const history = walk(historyOf(), [
      [0, refused],
      [MINUTE, good],
      [2 * MINUTE, refused],
      [2 * MINUTE + 1, refused],
    ]);
    expect(history.verdict.history).toEqual({ loadTimesMs: [MINUTE], falls: [2 * MINUTE + 1] });
    expect(resumeHistory(history.verdict, instant(9 * MINUTE))).toMatchObject({
      loadTimesMs: [MINUTE],
      falls: [2 * MINUTE + 1],
    });
  });

  it("is no history where there is none", () => {
    expect(move(historyOf(), good, 1).verdict).not.toHaveProperty("history");
  });

  it("is how long the load will still take, while it loads and earlier loads tell", () => {
    const learned = walk(historyOf(), [
      [0, refused],
      [MINUTE, good],
      [2 * MINUTE, saysLoading],
      [2 * MINUTE + 20 * SECOND, saysLoading],
    ]);
    expect(learned.verdict).toMatchObject({ reason: "loading", readyInMs: 40 * SECOND });
    expect(move(learned, good, 3 * MINUTE).verdict).not.toHaveProperty("readyInMs");
    expect(move(learned, wrongName, 3 * MINUTE).verdict).not.toHaveProperty("readyInMs");
    expect(move(historyOf(), refused, 0).verdict).not.toHaveProperty("readyInMs");
  });

  it("is a warning's cause for an hour: other weights, a shorter context", () => {
    const served = { ...good.served, root: "/a", maxModelLen: 8_192 };
    const history = walk(historyOf(), [
      [1, { ...good, served }],
      [2, { ...good, served: { ...served, root: "/b", maxModelLen: 4_096 } }],
      [3, { ...good, served: { ...served, root: "/b", maxModelLen: 4_096 } }],
    ]);
    expect(history.changes).toEqual({
      weights: { at: 2, detail: "root /a before, /b now" },
      context: { at: 2, detail: "max_model_len 8192 before, 4096 now" },
    });
  });
});

describe("what was seen of tokens", () => {
  it.each([
    ["an absence forgets, since whatever comes back has started anew", refused, false],
    ["a timeout keeps", timeout, true],
    ["a wrong name keeps", wrongName, true],
  ])("%s", (_what, outcome, generated) => {
    const history = walk(readyHistory({ generated: true }), [
      [1, outcome],
      [2, outcome],
    ]);
    expect(history.generated).toBe(generated);
  });
});

it("what was given is not changed", () => {
  const history = Object.freeze(readyHistory({ falls: Object.freeze([1]), loadTimesMs: Object.freeze([1]) }));
  const verdict = structuredClone(history.verdict);
  for (const outcome of [good, refused, timeout, wrongName, engineDead])
    move(move(history, outcome, 1), outcome, 2);
  expect(history.verdict).toEqual(verdict);
});

describe("a port that refuses connections", () => {
  it("is told beside a verdict that still stands, once it was seen twice", () => {
    const patient = { ...thresholds, failures: 5 };
    const once = advance(readyHistory(), refused, { thresholds: patient, now: instant(100) });
    expect(once.verdict).not.toHaveProperty("refusedSince");
    const twice = advance(once, refused, { thresholds: patient, now: instant(250) });
    expect(twice.verdict).toEqual({ ...once.verdict, refusedSince: 100 });
    expect(twice.verdict.reason).toBe("ok");
  });

  it("is told of whatever state it was in, and no more once somebody listens", () => {
    const closed = walk(historyOf(), [
      [0, engineDead],
      [100, refused],
      [250, refused],
      [9_000, refused],
    ]);
    expect(closed.verdict).toMatchObject({ reason: "down", refusedSince: 100 });
    expect(move(closed, good, 9_100).verdict).not.toHaveProperty("refusedSince");
    expect(move(closed, timeout, 9_100).verdict).not.toHaveProperty("refusedSince");
  });

  it("is no news of one that never listed its models: it may load for an hour", () => {
    const closed = walk(historyOf(), [
      [100, refused],
      [250, refused],
    ]);
    expect([closed.refusal, closed.verdict.refusedSince]).toEqual([null, undefined]);
  });

  it("is known to a prober that begins with the last snapshot", () => {
    const closed = walk(readyHistory(), [
      [100, refused],
      [250, refused],
    ]);
    const resumed = resumeHistory(closed.verdict, instant(5_000));
    expect(move(resumed, refused, 5_100).verdict.refusedSince).toBe(100);
    expect(move(resumed, good, 5_100).verdict).not.toHaveProperty("refusedSince");
  });
});
