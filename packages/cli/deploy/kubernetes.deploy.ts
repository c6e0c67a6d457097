import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { noteVersion, run } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KUBERNETES, parseYaml, type KubernetesObject } from "../test/manifests.ts";
import { Scratch } from "./bare-machine.ts";
import { CHART, render, VALUES, valuesFile } from "./chart.ts";
import { compileDefinition } from "./custom-resource.ts";
import { CUSTOM_RESOURCES, installKubernetesTools, type KubernetesTools } from "./kubernetes-tools.ts";
import { POLICY_EXCEPTIONS } from "./policy-exceptions.ts";
import {
  isException,
  readCheckov,
  readKubeScore,
  unexplained,
  type PolicyFinding,
} from "./policy-findings.ts";

/** The three newest of which kubernetes-validate has the schemas. */
const VERSIONS = ["1.35", "1.36", "1.37"] as const;
const EXAMPLE = path.join(KUBERNETES, "vllm-readiness.yaml");

const CUSTOM = Object.keys(CUSTOM_RESOURCES);

let tools: KubernetesTools;
const scratch = new Scratch();
beforeAll(async () => {
  tools = await installKubernetesTools();
}, 1_200_000);
afterAll(() => scratch.remove());

/** What was rendered, as a file. */
async function rendered(values: string, version: string): Promise<string> {
  const file = scratch.path(`${values}-${version}.yaml`);
  const args = ["--namespace", "llm", "--kube-version", `${version}.0`];
  writeFileSync(file, await render(tools.helm, values, args));
  return file;
}

test("the tools are there", ({ task }) => {
  expect(tools.versions.length).toBeGreaterThan(4);
  for (const version of tools.versions) noteVersion(task, version);
});

describe.each(VALUES)("values/%s.yaml", (values) => {
  test("pass helm's lint, warnings included", async () => {
    const args = ["lint", "--strict", CHART, "--values", valuesFile(values)];
    const { code, out } = await run(tools.helm, args);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("0 chart(s) failed") });
  });

  test.each(VERSIONS)(
    "are valid in Kubernetes %s, without a field that it does not know",
    async (version) => {
      const file = await rendered(values, version);
      const args = ["--kubernetes-version", `${version}.0`, "--strict", file];
      const { code, out, err } = await run(tools.kubernetesValidate, args);
      // Custom resources are tried below.
      const said = `${out}${err}`
        .split("\n")
        .filter(
          (line) => !line.startsWith("INFO") && !CUSTOM.some((kind) => line.includes(` kind ${kind} `)),
        );
      expect({ code, said: said.join("") }).toEqual({ code: 0, said: "" });
      const builtIn = parseYaml(readFileSync(file, "utf8")) as KubernetesObject[];
      expect(out.match(/ passed for /g)).toHaveLength(
        builtIn.filter(({ kind }) => !CUSTOM.includes(kind)).length,
      );
    },
  );
});

test.each(VERSIONS)("the example of a vLLM pod is valid in Kubernetes %s", async (version) => {
  const { code, err } = await run(tools.kubernetesValidate, ["-k", `${version}.0`, "--strict", EXAMPLE]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
});

describe("custom resources", () => {
  let objects: readonly KubernetesObject[];
  beforeAll(async () => {
    objects = parseYaml(await render(tools.helm, "everything")) as KubernetesObject[];
  });
  test.each(["PodMonitor", "PrometheusRule", "HTTPRoute"] as const)(
    "%s fits its published schema",
    (kind) => {
      const [module, file] = CUSTOM_RESOURCES[kind];
      const validate = compileDefinition(path.join(tools.crds[module], file), "v1");
      const found = objects.filter((object) => object.kind === kind);
      expect(found).toHaveLength(1);
      validate(found[0]);
      expect(validate.errors).toBeNull();
      // The check is one: it refuses a field that there is not.
      expect(validate({ ...found[0], spec: { ...(found[0]?.spec as object), nonesuch: 1 } })).toBe(false);
    },
  );

  test("the alerts are Prometheus', pass their own tests, and go by the jobs of the PodMonitor", async () => {
    const spec = (kind: string) => objects.find((object) => object.kind === kind)?.spec as never;
    const { groups } = spec("PrometheusRule") as { groups: { rules: { expr: string }[] }[] };
    // JSON is YAML.
    writeFileSync(scratch.path("rules.yaml"), JSON.stringify({ groups }));
    copyFileSync(path.join(KUBERNETES, "../prometheus/rules.test.yaml"), scratch.path("rules.test.yaml"));
    writeFileSync(
      scratch.path("gone.test.yaml"),
      `rule_files: [rules.yaml]
tests:
  - interval: 1m
    input_series:
      - { series: 'up{job="rollcall-gateway", namespace="llm", pod="a"}', values: "1x5 stale" }
      - { series: 'up{job="rollcall-prober", namespace="llm", pod="b"}', values: "1x20" }
    alert_rule_test:
      - { eval_time: 4m, alertname: RollcallGatewayGone, exp_alerts: [] }
      - eval_time: 9m
        alertname: RollcallGatewayGone
        exp_alerts:
          - exp_labels: { severity: critical, job: rollcall-gateway, namespace: llm }
            exp_annotations:
              summary: no gateway of Rollcall answers in llm
              description: "There is no pod, or Prometheus cannot reach it. \`kubectl get pods -l app.kubernetes.io/instance=rollcall\` says which."
      - { eval_time: 9m, alertname: RollcallProberGone, exp_alerts: [] }
`,
    );
    for (const args of [
      ["check", "rules", "rules.yaml"],
      ["test", "rules", "rules.test.yaml", "gone.test.yaml"],
    ]) {
      const { code, out, err } = await run("promtool", args, { cwd: scratch.directory });
      expect({ code, said: code === 0 ? "" : `${out}${err}` }).toEqual({ code: 0, said: "" });
    }
    const { podMetricsEndpoints } = spec("PodMonitor") as {
      podMetricsEndpoints: { relabelings: { targetLabel: string; replacement: string }[] }[];
    };
    const jobs = podMetricsEndpoints.flatMap(({ relabelings }) =>
      relabelings.filter(({ targetLabel }) => targetLabel === "job").map(({ replacement }) => replacement),
    );
    const asked = groups
      .flatMap(({ rules }) => rules)
      .flatMap(({ expr }) =>
        [...expr.matchAll(/\bjob=~?"([^"]*)"/g)].flatMap(([, names = ""]) => names.split("|")),
      );
    expect(jobs).toEqual(expect.arrayContaining([...new Set(asked)]));
  });
});

describe("policies", () => {
  async function findings(file: string): Promise<readonly PolicyFinding[]> {
    const scored = await run(tools.kubeScore, ["score", "--output-format", "json", file]);
    const args = ["--framework", "kubernetes", "--output", "json", "--quiet", "--compact", "--skip-download"];
    const checked = await run(tools.checkov, ["--file", file, ...args], { env: { HOME: scratch.directory } });
    return [...readKubeScore(scored.out), ...readCheckov(checked.out)];
  }
  const all: PolicyFinding[] = [];

  test.each(VALUES)("nothing is found in values/%s.yaml that is not explained", async (values) => {
    const found = await findings(await rendered(values, "1.37"));
    expect(found.length).toBeGreaterThan(0);
    all.push(...found);
    expect(unexplained(found)).toEqual([]);
  });

  test("nothing is found in the example of a vLLM pod that is not explained", async () => {
    const found = await findings(EXAMPLE);
    all.push(...found);
    expect(unexplained(found)).toEqual([]);
  });

  test("no explanation is left of what is no longer found", () => {
    const idle = POLICY_EXCEPTIONS.flatMap((exception) =>
      exception.checks.filter(
        (check) => !all.some((finding) => finding.check === check && isException(finding, exception)),
      ),
    );
    expect(idle).toEqual([]);
  });
});
