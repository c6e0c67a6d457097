import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { noteVersion, run } from "@rollcall/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../test/harness.ts";
import { KUBERNETES, parseYaml, type KubernetesObject } from "../test/manifests.ts";
import { ApiServer } from "./api-server.ts";
import { Scratch } from "./bare-machine.ts";
import { CHART, render, VALUES, valuesFile } from "./chart.ts";
import { CUSTOM_RESOURCES, installKubernetesTools, type KubernetesTools } from "./kubernetes-tools.ts";

/** Where objects of a kind are sent. */
const ROUTES: Readonly<Record<string, string>> = {
  ConfigMap: "/api/v1/namespaces/NS/configmaps",
  Deployment: "/apis/apps/v1/namespaces/NS/deployments",
  HorizontalPodAutoscaler: "/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers",
  HTTPRoute: "/apis/gateway.networking.k8s.io/v1/namespaces/NS/httproutes",
  NetworkPolicy: "/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies",
  Pod: "/api/v1/namespaces/NS/pods",
  PodDisruptionBudget: "/apis/policy/v1/namespaces/NS/poddisruptionbudgets",
  PodMonitor: "/apis/monitoring.coreos.com/v1/namespaces/NS/podmonitors",
  PrometheusRule: "/apis/monitoring.coreos.com/v1/namespaces/NS/prometheusrules",
  Service: "/api/v1/namespaces/NS/services",
  ServiceAccount: "/api/v1/namespaces/NS/serviceaccounts",
  StatefulSet: "/apis/apps/v1/namespaces/NS/statefulsets",
};
const STRICT_TRIAL = "?dryRun=All&fieldValidation=Strict";

describe("a real API server", () => {
  const scratch = new Scratch();
  let tools: KubernetesTools;
  let server: ApiServer;
  beforeAll(async () => {
    tools = await installKubernetesTools();
    server = await ApiServer.start(scratch.directory);
    for (const [module, file] of Object.values(CUSTOM_RESOURCES)) {
      const [definition] = parseYaml(readFileSync(path.join(tools.crds[module], file), "utf8"));
      const route = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
      expect((await server.request("POST", route, definition)).status).toBe(201);
    }
    for (const [name, level] of [
      ["llm", "restricted"],
      ["models", "baseline"],
    ] as const) {
      // What a pod's security is short of is refused, and said of what makes pods.
      const labels = {
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/warn": level,
      };
      await server.request("POST", "/api/v1/namespaces", { kind: "Namespace", metadata: { name, labels } });
    }
    const routes = Object.values(ROUTES).map((route) => route.replace("NS", "llm"));
    await eventually(async () => {
      const answers = await Promise.all(routes.map((route) => server.request("GET", route)));
      return answers.every(({ status }) => status === 200);
    }, 60_000);
  }, 3_000_000);
  afterAll(async () => {
    await server?.stop();
    scratch.remove();
  });

  async function refusals(
    objects: readonly KubernetesObject[],
    namespace: string,
  ): Promise<readonly unknown[]> {
    const answers = objects.map(async (object) => {
      const route = `${ROUTES[object.kind]?.replace("NS", namespace)}${STRICT_TRIAL}`;
      const { status, body, warnings } = await server.request("POST", route, object);
      return status === 201 && warnings === "" ? [] : [{ kind: object.kind, status, body, warnings }];
    });
    return (await Promise.all(answers)).flat();
  }

  test.each(VALUES)(
    "takes values/%s.yaml without a warning, in a namespace that is restricted",
    async (values) => {
      const objects = parseYaml(await render(tools.helm, values)) as KubernetesObject[];
      expect(objects.length).toBeGreaterThan(6);
      expect(await refusals(objects, "llm")).toEqual([]);
    },
  );

  test("takes the example of a vLLM pod", async ({ task }) => {
    noteVersion(task, ["kube-apiserver", server.version]);
    const objects = parseYaml(readFileSync(path.join(KUBERNETES, "vllm-readiness.yaml"), "utf8"));
    expect(await refusals(objects as KubernetesObject[], "models")).toEqual([]);
  });

  test("refuses what is wrong, so that the above says something", async () => {
    const objects = parseYaml(await render(tools.helm, "sidecar")) as KubernetesObject[];
    const pod = objects.find(({ kind }) => kind === "Pod");
    const unknown = { ...pod, spec: { ...(pod?.spec as object), nonesuch: 1 } };
    const privileged = { ...pod, spec: { ...(pod?.spec as object), hostNetwork: true } };
    expect(await refusals([unknown, privileged] as KubernetesObject[], "llm")).toMatchObject([
      { status: 400, body: { message: expect.stringContaining('unknown field "spec.nonesuch"') } },
      { status: 403, body: { message: expect.stringContaining('violates PodSecurity "restricted') } },
    ]);
  });

  /** Runs helm and expects that it says nothing beside its output. */
  async function helm(...args: readonly string[]): Promise<string> {
    const env = { KUBECONFIG: server.kubeconfig, HOME: scratch.directory };
    const { code, out, err } = await run(tools.helm, [...args, "--namespace", "llm"], { env });
    // The kubeconfig of this run is world-readable to helm's mind.
    const said = err
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("WARNING: Kubernetes configuration"));
    expect({ args, code, said }).toEqual({ args, code: 0, said: [] });
    return out;
  }

  const generation = async (route: string) => {
    const { body } = await server.request("GET", `${ROUTES[route]?.replace("NS", "llm")}/rollcall`);
    return (body as { metadata?: { generation?: number } }).metadata?.generation;
  };

  test("helm installs it, and leads it from any of these ways to any other", async () => {
    const values = (name: string) => ["rollcall", CHART, "--values", valuesFile(name)];
    expect(await helm("install", ...values("sidecar"))).toContain("http://rollcall.llm:4000/v1");
    await helm("upgrade", ...values("separate"));
    await helm("upgrade", ...values("keys"));
    expect(await generation("Deployment")).toBeUndefined();
    await helm("upgrade", ...values("everything"));
    expect(await generation("StatefulSet")).toBeUndefined();
    await helm("upgrade", ...values("sidecar"));
  });

  test("a changed config replaces no pod", async () => {
    const before = await generation("Deployment");
    expect(before).toBeGreaterThan(0);
    await helm(
      "upgrade",
      "rollcall",
      CHART,
      "--reuse-values",
      "--set",
      "config.model_list[0].model_name=another",
    );
    const { body } = await server.request("GET", "/api/v1/namespaces/llm/configmaps/rollcall-config");
    expect((body as { data: Record<string, string> }).data["config.yaml"]).toContain("model_name: another");
    expect(await generation("Deployment")).toBe(before);
  });

  test("the walk's values are taken, and helm prints what the walk says", async () => {
    const walk = readFileSync(path.join(KUBERNETES, "../../packages/docs/walk-kubernetes.md"), "utf8");
    const [, values = ""] = /```yaml\n(.*?)```/s.exec(walk) ?? [];
    const [, printed = ""] = /```\n(NAME: rollcall\n.*?)```/s.exec(walk) ?? [];
    const file = scratch.path("my-values.yaml");
    writeFileSync(file, values);
    await helm("uninstall", "rollcall");
    const said = await helm("install", "rollcall", CHART, "--values", file);
    expect(said.replace(/LAST DEPLOYED: .*\n/, "").trim()).toBe(printed.trim());
  });

  test("uninstalled, it leaves nothing", async () => {
    await helm("uninstall", "rollcall");
    for (const route of Object.values(ROUTES)) {
      const { body } = await server.request("GET", route.replace("NS", "llm"));
      const { items } = body as { items: { metadata: { name: string } }[] };
      expect(items.map(({ metadata }) => metadata.name)).toEqual([]);
    }
  });
});
