import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { KUBERNETES } from "../test/manifests.ts";
import { PLAIN, render } from "./chart.ts";
import { installKubernetesTools } from "./kubernetes-tools.ts";

const HERE = ["--namespace", "llm", "--kube-version", "1.37.0"];

let helm: string;
beforeAll(async () => {
  ({ helm } = await installKubernetesTools());
}, 1_200_000);

test.each(PLAIN)("%s/rollcall.yaml is what the chart renders (else: npm run manifests)", async (name) => {
  const [head, ...rest] = readFileSync(path.join(KUBERNETES, name, "rollcall.yaml"), "utf8").split("\n");
  expect(head).toContain("npm run manifests");
  expect(rest.join("\n")).toBe(await render(helm, name, ["--no-hooks", "--kube-version", "1.29.0"]));
});

describe("wrong values are refused with what to write", () => {
  const refused: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ["a value that there is not", ["--set", "gateway.replica=3"], /gateway.*'replica' not allowed/],
    ["a value of the wrong kind", ["--set", "gateway.replicas=many"], /gateway\/replicas.*want integer/],
    ["a mode that there is not", ["--set", "prober.mode=daemonset"], /prober\/mode.*'sidecar', 'separate'/],
    [
      "a quantity that is none",
      ["--set", "control.storage.size=two"],
      /control\/storage\/size.*does not match/,
    ],
    ["no config", ["--set", "config=null"], /config\.model_list is empty: write LiteLLM's config/],
    ["two configs", ["--set", "existingConfigMap=mine"], /config and existingConfigMap: set one of them/],
    [
      "a config whose ports are not seen",
      ["--set", "config=null,existingConfigMap=mine"],
      /name them in networkPolicy\.backendPorts/,
    ],
    [
      "a duration that is none",
      ["--set", "config.rollcall.gateway.drain=soon"],
      /config\.rollcall\.gateway\.drain: "soon" is no duration: write/,
    ],
    [
      "the chart's own settings",
      ["--set", "config.rollcall.state.file=/tmp/x"],
      /config\.rollcall\.state\.file is the chart's own/,
    ],
    [
      "keys without control",
      ["--set", "config.rollcall.keys=true"],
      /config\.rollcall\.keys needs control: set control\.enabled/,
    ],
    ["control for two gateways", ["--set", "control.enabled=true"], /there is one; set gateway\.replicas: 1/],
    [
      "control with an autoscaler",
      ["--set", "control.enabled=true,gateway.autoscaling.enabled=true"],
      /set gateway\.autoscaling\.enabled: false/,
    ],
    [
      "a route without a Gateway",
      ["--set", "httpRoute.enabled=true"],
      /name the Gateway in httpRoute\.parentRefs/,
    ],
    ["no Secret", ["--set", "secret.existing="], /name a Secret in secret\.existing/],
    [
      "an autoscaler upside down",
      ["--set", "gateway.autoscaling.minReplicas=20"],
      /minReplicas is above maxReplicas/,
    ],
  ];

  test.each(refused)("%s", async (_what, args, says) => {
    await expect(render(helm, "sidecar", [...HERE, ...args])).rejects.toThrow(says);
  });

  test("a Kubernetes without sidecar containers", async () => {
    await expect(render(helm, "sidecar", ["--kube-version", "1.28.0"])).rejects.toThrow(
      /kubeVersion: >=1\.29/,
    );
  });
});

describe("what is worked out from the config", () => {
  const graceOf = async (...args: readonly string[]) =>
    Number(
      /terminationGracePeriodSeconds: (\d+)/.exec(await render(helm, "sidecar", [...HERE, ...args]))?.[1],
    );

  test.each([
    ["nothing", [], 330],
    ["hours", ["--set", "config.rollcall.gateway.drain=1.5h"], 5_430],
    ["a number of seconds", ["--set", "config.rollcall.gateway.drain=90"], 120],
    ["less than a second", ["--set", "config.rollcall.gateway.settle=500ms"], 321],
    [
      "a ConfigMap of one's own",
      ["--set", "config=null,existingConfigMap=mine,networkPolicy.backendPorts={8000}"],
      620,
    ],
  ] as const)("time to stop, with %s", async (_what, args, seconds) => {
    expect(await graceOf(...args)).toBe(seconds);
  });

  test("numbers stay as they are written", async () => {
    const args = [...HERE, "--set", "config.rollcall.gateway.max_connections=1000000"];
    const text = await render(helm, "sidecar", args);
    expect(text).toMatch(/max_connections: 1000000\n/);
  });

  test("ports of backends, each once", async () => {
    const text = await render(helm, "everything", HERE);
    const [, rule = ""] = /# Backends\.\n +- ports:\n((?: +- \{ port: .*\n)+)/.exec(text) ?? [];
    expect(rule.match(/port: \d+/g)).toEqual(["port: 8000", "port: 443"]);
  });
});
