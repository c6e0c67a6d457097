import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Cell, NO_FAULT, registerSettingsGauges, type Settings } from "@rollcall/runtime";
import type { GatewayError } from "../src/errors/gateway-error.ts";
import { COMPAT_ROWS } from "../src/errors/litellm-compat.ts";
import { toOpenAi } from "../src/errors/to-openai.ts";
import { KeyMetrics } from "../src/observe/key-metrics.ts";
import { LITELLM_NAMES } from "../src/observe/litellm-names.ts";
import { GatewayMetrics } from "../src/observe/metrics.ts";
import { ExportCounts } from "../src/tracing/export-counts.ts";

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

/** Name, type and labels of each metric that the page lists for the gateway. */
function listedMetrics(): readonly string[] {
  return page("operations.md")
    .split("\n")
    .flatMap((line) => {
      const [, name = "", type = "", labels = ""] = line.split("|").map((cell) => cell.trim());
      return name.startsWith("`rollcall_gateway_")
        ? [`${name} ${type} ${labels}`.replaceAll("`", "").trim()]
        : [];
    });
}

describe("the errors that the page of endpoints lists", () => {
  const model = "m";
  const samples: { readonly [K in GatewayError["kind"]]: readonly Extract<GatewayError, { kind: K }>[] } = {
    no_key: [{ kind: "no_key" }],
    key_malformed: [{ kind: "key_malformed" }],
    wrong_key: [{ kind: "wrong_key" }],
    unknown_key: [{ kind: "unknown_key" }],
    blocked_key: [{ kind: "blocked_key" }],
    expired_key: [{ kind: "expired_key" }],
    keys_unavailable: [{ kind: "keys_unavailable" }],
    control_unavailable: [{ kind: "control_unavailable" }],
    model_denied: [
      { kind: "model_denied", model, by: "key" },
      { kind: "model_denied", model, by: "team" },
      { kind: "model_denied", model, by: "user" },
    ],
    route_denied: [{ kind: "route_denied", path: "/v1/rerank" }],
    never_fits: [{ kind: "never_fits", scope: "api_key", unit: "requests", limit: 0 }],
    body_too_large: [{ kind: "body_too_large", limit: 1 }],
    body_incomplete: [{ kind: "body_incomplete" }],
    body_too_slow: [{ kind: "body_too_slow" }],
    body_memory_full: [{ kind: "body_memory_full", scope: "all", retryAfterSeconds: 1 }],
    bad_http: [{ kind: "bad_http" }],
    headers_too_large: [{ kind: "headers_too_large", limit: 1 }],
    request_timeout: [{ kind: "request_timeout" }],
    too_many_connections: [{ kind: "too_many_connections" }],
    unsupported_encoding: [{ kind: "unsupported_encoding", found: "gzip" }],
    not_json: [{ kind: "not_json", found: "x" }],
    not_multipart: [{ kind: "not_multipart", found: "x" }],
    model_fixed: [{ kind: "model_fixed", model, found: "x" }],
    model_lookalike: [{ kind: "model_lookalike", found: "Model" }],
    foreign_visit: [{ kind: "foreign_visit", visit: { header: "Origin", value: "x" } }],
    model_missing: [{ kind: "model_missing", found: "x" }],
    no_route: [{ kind: "no_route", method: "GET", path: "/" }],
    wrong_method: [{ kind: "wrong_method", method: "GET", allowed: "POST" }],
    invalid_parameter: [{ kind: "invalid_parameter", name: "limit", found: "x", expected: "a number" }],
    upgrade_required: [{ kind: "upgrade_required" }],
    unknown_model: [{ kind: "unknown_model", model }],
    wrong_mode: [{ kind: "wrong_mode", model, mode: "rerank", instead: "/v1/rerank" }],
    unknown_object: [{ kind: "unknown_object", id: "resp_1", param: "response_id" }],
    tags_refused: [{ kind: "tags_refused", model }],
    unsupported_model: [{ kind: "unsupported_model", model, why: "x" }],
    unsupported_endpoint: [{ kind: "unsupported_endpoint", model, path: "/v1/rerank", serves: [] }],
    none_ready: [{ kind: "none_ready", model, out: [] }],
    all_full: [{ kind: "all_full", model }],
    rate_limited: [
      { kind: "rate_limited", scope: "api_key", unit: "requests", limit: 6, retryAfterSeconds: 1 },
    ],
    state_refused: [{ kind: "state_refused" }],
    upstream_failed: [
      { kind: "upstream_failed", model, reason: "down", attempts: 1, timeout: null, words: null },
      { kind: "upstream_failed", model, reason: "engine_dead", attempts: 1, timeout: null, words: null },
      { kind: "upstream_failed", model, reason: "timeout", attempts: 1, timeout: "connect", words: null },
    ],
    // The backend's own: the page gives no status.
    upstream_answer: [],
    // In a stream whose status has gone.
    upstream_cut: [],
    internal: [{ kind: "internal" }],
  };
  const listed = new Map(
    page("endpoints.md")
      .split("\n")
      .flatMap((line) => {
        const cells = line.split("|").map((cell) => cell.trim());
        const kind = /^`(\w+)`$/.exec(cells[1] ?? "")?.[1] ?? "";
        return Object.hasOwn(samples, kind) ? [[kind, cells] as const] : [];
      }),
  );

  test("are all that there are", () => {
    expect([...listed.keys()].toSorted()).toEqual(Object.keys(samples).toSorted());
  });

  test.each(Object.entries(samples).filter(([, errors]) => errors.length > 0))(
    "%s has its status, type and code",
    (kind, errors) => {
      const [, , status = "", type = "", code = ""] = listed.get(kind) ?? [];
      const answers = (errors as readonly GatewayError[]).map((error) => toOpenAi(error));
      expect(status).toBe([...new Set(answers.map((answer) => String(answer.status)))].toSorted().join(", "));
      for (const { error } of answers) {
        expect(type).toContain(`\`${error.type}\``);
        const shown = error.code?.replace(/^(upstream_timeout_).+/, "$1<phase>") ?? null;
        expect(code).toContain(shown === null ? "null" : `\`${shown}\``);
      }
    },
  );
});

test("the page of operations lists every metric with its type and labels", async () => {
  const { registry } = new GatewayMetrics();
  const source = { cell: new Cell({ generation: 1 } as Settings), status: new Cell(NO_FAULT) };
  const nothing = { keys: null, sequence: 0, faults: 0, ageMs: () => 0, freshness: () => "none" as const };
  expect(new KeyMetrics(registry, nothing, { counts: { lent: 0 } })).toBeDefined();
  expect(new ExportCounts(registry)).toBeDefined();
  registerSettingsGauges({ registry, prefix: "rollcall_gateway", source });
  const types = new Map((await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]));
  const real = registry.getMetricsAsArray().map((metric) => {
    const { labelNames = [] } = metric as { labelNames?: readonly string[] };
    return `${metric.name} ${types.get(metric.name)} ${labelNames.join(", ")}`.trim();
  });
  expect(listedMetrics().toSorted()).toEqual(real.toSorted());
});

test("the page of operations lists what is printed under LiteLLM's names", () => {
  const rows = [...page("operations.md").matchAll(/^\| `(litellm_\w+)` +\| `(\w+)` +\|$/gm)];
  expect(rows.map(([, name, from]) => [name, from])).toEqual(
    Object.entries(LITELLM_NAMES).map(([name, { from }]) => [name, from]),
  );
});

test("the page of endpoints lists what the switch for LiteLLM's statuses changes", () => {
  const [, table = ""] = page("endpoints.md").split("## With LiteLLM's statuses");
  const rows = [...table.matchAll(/^\| (.*?) +\| (.*?) +\| (.*?) +\|$/gm)].map((row) => row.slice(1, 4));
  expect(rows.slice(2)).toEqual(COMPAT_ROWS.map(({ when, ours, litellm }) => [when, ours, litellm]));
});
