import type { DeploymentExplanation } from "@rollcall/prober";
import { expect, it } from "vitest";
import { plain } from "../test/plain-terminal.ts";
import { printExplanation } from "./explanation-text.ts";
import type { Terminal } from "./terminal.ts";

const NOW = Date.UTC(2026, 10, 24, 2, 16, 25);

const coloured: Terminal = { ...plain, paint: (style, text) => `<${style}>${text}</>` };

const good: DeploymentExplanation = {
  deployment: "coder-1",
  alias: "coder",
  check: "",
  ready: true,
  nameMatches: true,
  reason: "ok",
  warnings: [],
  expected: "qwen3",
  found: ["qwen3"],
  detail: "",
  hint: "",
  since: NOW - 3_600_000,
  observedAt: NOW - 1_000,
  lastGoodAt: NOW - 1_000,
  apiBase: "http://gpu-1:8000/v1",
  kind: "vllm",
  notices: [],
  exchanges: [{ at: NOW - 1_000, path: "/v1/models", outcome: "200 application/json, 312 characters, 4 ms" }],
  endpointExchanges: [],
  meaning: "Serves the expected name and its engine is alive.",
  fix: "Nothing to do.",
  version: "0.11.0",
  load: null,
  loadTimesMs: [],
  changes: [],
};

const wrong: DeploymentExplanation = {
  ...good,
  reason: "wrong_name",
  nameMatches: false,
  found: ["qwen3-awq", "qwen3-lora"],
  detail: "serves 2 other names",
  since: NOW - 200_000,
  lastGoodAt: NOW - 201_000,
  exchanges: [
    ...good.exchanges,
    { at: NOW - 999, path: "/health", outcome: "200 no content type, 0 characters, 1 ms" },
  ],
  meaning: "The backend serves other names than the one the config expects.",
  fix: "Start it with --served-model-name qwen3",
  changes: [
    {
      sequence: 1,
      at: NOW - 200_000,
      deployment: "coder-1",
      alias: "coder",
      from: "ok",
      to: "wrong_name",
      detail: "serves 2 other names",
      hint: "",
      warnings: [],
      expected: "qwen3",
      found: ["qwen3-awq"],
    },
  ],
};

it("says first that it is unavailable, then on what ground, what to do, and what led there", () => {
  expect(printExplanation({ name: "coder", ready: false, deployments: [wrong] }, plain, NOW)).toBe(
    `coder is unavailable: wrong_name for 3 m 20 s.

coder-1  wrong_name  http://gpu-1:8000/v1
  Expected:     qwen3
  Found:        qwen3-awq, qwen3-lora
  Since:        3 m 20 s ago (2026-11-24T02:13:05Z)
  Last good:    3 m 21 s ago (2026-11-24T02:13:04Z)
  Server:       vllm 0.11.0
  Probes:       02:16:24Z  /v1/models  200 application/json, 312 characters, 4 ms
                02:16:24Z  /health  200 no content type, 0 characters, 1 ms
  Meaning:      The backend serves other names than the one the config expects. (serves 2 other names)
  Fix:          Start it with --served-model-name qwen3
  Last changes: 3 m 20 s ago (2026-11-24T02:13:05Z)  ok → wrong_name  serves 2 other names
`,
  );
});

it("says of one that is ready what it is, and nothing to be fixed", () => {
  const deployment: DeploymentExplanation = {
    ...good,
    served: { kind: "vllm", version: "0.11.0", root: "/models/qwen3", parent: null, maxModelLen: 131_072 },
    load: {
      running: 3,
      waiting: 1,
      kvUsage: 0.973,
      preemptions: null,
      succeeded: null,
      generated: null,
      progress: null,
      awake: true,
      startedAt: null,
      name: null,
    },
    warnings: ["saturated"],
    notices: [{ code: "saturated", detail: "KV cache 97 % full" }],
  };
  const text = printExplanation({ name: "coder", ready: true, deployments: [deployment] }, plain, NOW);
  expect(text).toMatch(/^coder is ready: ok for 1 h\.\n/);
  expect(text).toContain(
    "Server:       vllm 0.11.0, root /models/qwen3, context of 131072 tokens, 3 running, 1 waiting, KV cache 97 % full\n",
  );
  expect(text).toContain(
    `Warnings:     saturated: Its KV cache is full, requests wait and running ones are preempted. (KV cache 97 % full)
                  Add a replica, or lower --max-num-seqs.
`,
  );
  expect(text).not.toContain("Fix:");
  expect(text).not.toContain("Last changes:");
});

it("says of one that loads how long it took before, and of one never seen that nothing is known", () => {
  const loading: DeploymentExplanation = {
    ...good,
    ready: false,
    nameMatches: null,
    reason: "loading",
    kind: null,
    version: null,
    loadTimesMs: [200_000, 190_000],
    readyInMs: 40_000,
  };
  const text = printExplanation({ name: "coder", ready: false, deployments: [loading] }, plain, NOW);
  expect(text).toContain("Load times:   3 m 20 s, 3 m 10 s; probably ready in 40 s\n");
  expect(text).toContain("Found:        qwen3 (last known)\n");
  expect(text).not.toContain("Server:");
  const never = { ...loading, found: [], lastGoodAt: null, loadTimesMs: [], exchanges: [] };
  const other = printExplanation({ name: "coder", ready: false, deployments: [never] }, plain, NOW);
  expect(other).toContain("Found:        nothing yet\n");
  expect(other).toContain("Last good:    never\n");
  expect(other).not.toMatch(/Probes|Load times/);
});

it("says of an alias how many are ready, then tells of each", () => {
  const deployments = [good, { ...wrong, deployment: "coder-2" }];
  const text = printExplanation({ name: "coder", ready: true, deployments }, plain, NOW);
  expect(text).toMatch(/^coder is ready: 1 of 2 deployments are ready\.\n\ncoder-1 {2}ready/);
  expect(text).toMatch(/\n\ncoder-2 {2}wrong_name/);
});

it("paints the verdict, the states and the fix, as the fleet is painted", () => {
  const text = printExplanation({ name: "coder", ready: false, deployments: [wrong] }, coloured, NOW);
  expect(text).toContain("<bold>coder</> <red>is unavailable</>: wrong_name");
  expect(text).toContain("<bold>coder-1</>  <red>wrong_name</>");
  expect(text).toContain("<dim>Fix:</>          <bold>Start it with --served-model-name qwen3</>");
});

it("says which endpoints are missing, and what showed it", () => {
  const served = { kind: "vllm", version: null, root: null, parent: null, maxModelLen: null } as const;
  const exchange = {
    at: NOW - 999,
    path: "POST /v1/rerank",
    outcome: "404 application/json, 22 characters, 1 ms",
  };
  const text = printExplanation(
    {
      name: "coder",
      ready: true,
      deployments: [
        { ...good, served: { ...served, missing: ["embeddings", "rerank"] }, endpointExchanges: [exchange] },
      ],
    },
    plain,
    NOW,
  );
  expect(text).toContain(`
  Missing:      embeddings, rerank
                02:16:24Z  POST /v1/rerank  404 application/json, 22 characters, 1 ms
`);
});

it("says of one that is drained since when, by whom, why, and what probes find", () => {
  const drained = { since: NOW - 60_000, by: "root@ops", reason: "new kernel", observed: "hung" } as const;
  const deployments = [{ ...good, ready: false, reason: "drained", drained } as const];
  const text = printExplanation({ name: "coder-1", ready: false, deployments }, plain, NOW);
  expect(text).toMatch(
    /Drained: +1 m ago \(2026-11-24T02:15:25Z\) by root@ops: new kernel; probes find: hung\n/,
  );
});
