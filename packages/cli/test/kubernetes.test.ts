import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { DEFAULTS, type Config } from "@rollcall/contract";
import { loadConfig } from "@rollcall/runtime";
import { Ajv } from "ajv";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporary } from "./harness.ts";
import { KUBERNETES, Manifest, parseYaml, type PolicyRule } from "./manifests.ts";
import { refusal } from "./refusal.ts";

const read = (file: string) => readFileSync(path.join(KUBERNETES, file), "utf8");
const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
const RENDERED = ["sidecar", "separate", "keys"] as const;

/** The config as a daemon of the pod would read it. */
function load(text: string): { readonly config: Config; readonly problems: readonly string[] } {
  const files = temporary({ "config.yaml": text });
  onTestFinished(() => files.remove());
  const { config, problems } = loadConfig(files.path("config.yaml"), {}, { inContainer: true });
  if (config === null) throw new Error(problems.map(({ message }) => message).join("\n"));
  return { config, problems: problems.map(({ message }) => message) };
}

describe("the chart", () => {
  const values = parseYaml(read("chart/values.yaml"))[0] as Record<string, unknown>;
  const schema = JSON.parse(read("chart/values.schema.json")) as Schema;

  interface Schema {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly additionalProperties?: unknown;
  }

  test("is of the package's version", () => {
    const [chart] = parseYaml(read("chart/Chart.yaml")) as [{ version: string; appVersion: string }];
    expect(chart).toMatchObject({ version, appVersion: version });
  });

  test("has the alerts of deploy/prometheus (else: npm run manifests)", () => {
    expect(read("chart/files/rules.yaml")).toBe(read("../prometheus/rules.yaml"));
  });

  test("has defaults that its schema takes", () => {
    const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
    validate(values);
    expect(validate.errors).toBeNull();
  });

  /** Paths of all values of objects that take no others. */
  function paths({ properties = {}, additionalProperties }: Schema, above = ""): readonly string[] {
    if (additionalProperties !== false) return [];
    return Object.entries(properties).flatMap(([name, below]) => [
      `${above}${name}`,
      ...paths(below, `${above}${name}.`),
    ]);
  }

  test("has a default for all that its schema takes", () => {
    const missing = paths(schema).filter((one) => {
      if (one === "global" || one.endsWith(".claims")) return false;
      return !one
        .split(".")
        .reduce<[boolean, unknown]>(
          ([isThere, at], name) => [isThere && Object.hasOwn(at as object, name), (at as never)?.[name]],
          [true, values],
        )[0];
    });
    expect(missing.filter((one) => !/resources\.(requests|limits)$/.test(one))).toEqual([]);
  });

  test("says of every value that has no other values below what it is", () => {
    const lines = read("chart/values.yaml").split("\n");
    const bare = lines.flatMap((line, index) => {
      const name = /^([A-Za-z]+):/.exec(line)?.[1];
      if (name === undefined || lines[index - 1]?.startsWith("#")) return [];
      // A group speaks through its values.
      return /^ {2}# /.test(lines[index + 1] ?? "") ? [] : [name];
    });
    expect(bare).toEqual([]);
  });

  test("scales by a metric that the gateway has", () => {
    const [, name = ""] = /metric: \{ name: (\w+) \}/.exec(read("chart/templates/autoscaler.yaml")) ?? [];
    // The table there is held to what the daemons say.
    expect(read("../../packages/docs/operations.md")).toContain(`| \`${name}\` `);
    expect(read("../README.md")).toContain(`seriesQuery: '${name}{`);
  });

  test("has a file of values for each folder that is rendered", () => {
    const folders = readdirSync(KUBERNETES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const rendered = folders.map(({ name }) => name).filter((name) => !["chart", "values"].includes(name));
    expect(rendered.toSorted()).toEqual(RENDERED.toSorted());
    expect(readdirSync(path.join(KUBERNETES, "values"))).toEqual(
      expect.arrayContaining(RENDERED.map((name) => `${name}.yaml`)),
    );
  });
});

describe.each(RENDERED)("what is rendered with values/%s.yaml", (name) => {
  const manifest = new Manifest(`${name}/rollcall.yaml`);
  const { config, problems } = (() => {
    const files = temporary({ "config.yaml": manifest.config() });
    const loaded = loadConfig(files.path("config.yaml"), {}, { inContainer: true });
    files.remove();
    return loaded;
  })();
  if (config === null) throw new Error(`${name}: the config has errors`);
  const ports: Readonly<Record<string, number>> = {
    gateway: config.gateway.port,
    prober: config.prober.port,
    control: config.control.port,
  };

  test("has a config without a fault", () => {
    expect(problems).toEqual([]);
    expect(config.deployments).toHaveLength(2);
    expect(config.keys.enabled).toBe(name === "keys");
  });

  test("runs commands that there are, of this version", () => {
    const containers = manifest.containers();
    expect(containers.map((one) => one.name).toSorted()).toEqual(
      {
        sidecar: ["gateway", "prober"],
        separate: ["gateway", "prober"],
        keys: ["control", "gateway", "prober"],
      }[name],
    );
    for (const container of containers) {
      expect(container.image).toMatch(new RegExp(`/rollcall:${version}$`));
      expect(container.args[0]).toBe(container.name);
      expect(refusal(container.args)).toBeNull();
      expect(container.args.join(" ")).toContain("--config /etc/rollcall/config.yaml --host 0.0.0.0");
    }
  });

  test("asks ports and routes that there are", () => {
    for (const container of manifest.containers()) {
      expect(container.ports).toEqual([{ name: container.name, containerPort: ports[container.name] }]);
      const { livenessProbe, readinessProbe, startupProbe } = container;
      for (const probe of [livenessProbe, readinessProbe, startupProbe].filter((one) => one !== undefined)) {
        expect(probe.httpGet.port).toBe(container.name);
        expect(probe.httpGet.path).toBe(
          container.name === "gateway" && probe === readinessProbe ? "/readyz" : "/livez",
        );
      }
    }
    // A prober's readiness is that of all models: it would take its gateway out of the Service.
    if (name !== "separate") expect(manifest.container("prober").readinessProbe).toBeUndefined();
    for (const { spec } of manifest.all("Service"))
      for (const { port, targetPort } of (spec as { ports: { port: number; targetPort: string }[] }).ports)
        expect(port).toBe(ports[targetPort]);
  });

  test("has sidecars that outlive the gateway, and time for all that are to end", () => {
    const gateway = manifest.workloads().find(({ metadata }) => metadata.name === "rollcall")?.spec
      .template.spec;
    for (const sidecar of gateway?.initContainers ?? []) expect(sidecar.restartPolicy).toBe("Always");
    const stopping = (config.gateway.settleMs + config.gateway.drainMs) / 1_000;
    expect(config.gateway.settleMs).toBeGreaterThanOrEqual(5_000);
    expect(gateway?.terminationGracePeriodSeconds).toBeGreaterThan(stopping);
  });

  test("runs as nobody who may do anything", () => {
    for (const { spec } of manifest.workloads())
      expect(spec.template.spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 10_001,
          fsGroup: 10_001,
          seccompProfile: { type: "RuntimeDefault" },
        },
      });
    for (const { securityContext } of manifest.containers())
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
  });

  test("mounts what it has, where the config looks for it", () => {
    for (const { spec } of manifest.workloads()) {
      const { initContainers = [], containers, volumes } = spec.template.spec;
      const there = [...volumes, ...(spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata)];
      const names = there.map((volume) => volume.name);
      for (const { volumeMounts } of [...initContainers, ...containers]) {
        expect(names).toEqual(expect.arrayContaining(volumeMounts.map((mount) => mount.name)));
        const mounted = volumeMounts.map(({ mountPath }) => mountPath);
        expect(mounted).toEqual(expect.arrayContaining(["/etc/rollcall", "/run/secrets/rollcall"]));
      }
    }
    const writing = manifest.containers().filter((one) => one.name !== "gateway" || name !== "separate");
    for (const { volumeMounts } of writing)
      expect(volumeMounts).toContainEqual({
        name: "state",
        mountPath: path.dirname(config.state.file ?? ""),
      });
    expect(
      manifest
        .config()
        .match(/file\/\/[^\s"]+/g)
        ?.every((file) => file.includes("/run/secrets/rollcall/")),
    ).toBe(true);
  });

  test("selects by labels that one kind of its pods carries", () => {
    const labels = manifest.workloads().map(({ spec }) => spec.template.metadata.labels);
    const selectors = [
      ...manifest.workloads().map(({ spec }) => spec.selector.matchLabels),
      ...manifest.all("Service").map(({ spec }) => (spec as { selector: object }).selector),
      ...manifest
        .all("PodDisruptionBudget")
        .map(({ spec }) => (spec as { selector: { matchLabels: object } }).selector.matchLabels),
      ...manifest
        .all("NetworkPolicy")
        .map(({ spec }) => (spec as { podSelector: { matchLabels: object } }).podSelector.matchLabels),
    ];
    expect(selectors).toHaveLength(labels.length * 4);
    for (const selector of selectors) {
      const matching = labels.filter((one) =>
        Object.entries(selector).every(([key, value]) => one[key] === value),
      );
      expect(matching).toHaveLength(1);
    }
  });

  test("lets pods out to every backend and prober, and in to the ports they have", () => {
    for (const { spec, metadata } of manifest.all("NetworkPolicy")) {
      const { egress, ingress } = spec as { egress: PolicyRule[]; ingress: PolicyRule[] };
      const out = new Set(egress.flatMap((rule) => rule.ports.map(({ port }) => port)));
      for (const { base } of config.backends) expect(out).toContain(Number(new URL(base.origin).port));
      if (name === "separate" && metadata.name === "rollcall") expect(out).toContain(ports["prober"]);
      const daemons = manifest.workloads().find((workload) => workload.metadata.name === metadata.name)?.spec
        .template.spec;
      const open = [...(daemons?.initContainers ?? []), ...(daemons?.containers ?? [])];
      expect(new Set(ingress.flatMap((rule) => rule.ports.map(({ port }) => port)))).toEqual(
        new Set(open.flatMap((one) => one.ports.map(({ containerPort }) => containerPort))),
      );
    }
  });

  test("asks for 192Mi for each daemon", () => {
    for (const { name: daemon, resources } of manifest.containers())
      expect(`${daemon} ${resources.requests["memory"]}`).toBe(`${daemon} 192Mi`);
  });
});

test("gateways follow each prober of the StatefulSet by its name", () => {
  const manifest = new Manifest("separate/rollcall.yaml");
  const set = manifest.all("StatefulSet")[0] as { spec: { serviceName: string; replicas: number } };
  const { serviceName, replicas } = set.spec;
  expect(load(manifest.config()).config.state.probers).toEqual(
    Array.from({ length: replicas }, (_, index) => `http://rollcall-prober-${index}.${serviceName}:4001`),
  );
  const service = manifest.all("Service").find(({ metadata }) => metadata.name === serviceName);
  expect(service?.spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
});

test("where control is, there is one pod, and its keys are on a volume", () => {
  const manifest = new Manifest("keys/rollcall.yaml");
  expect(manifest.all("Deployment")).toEqual([]);
  expect(manifest.workloads()).toMatchObject([{ kind: "StatefulSet", spec: { replicas: 1 } }]);
  const volumes = manifest.workloads().flatMap(({ spec }) => spec.template.spec.volumes);
  expect(volumes.map(({ name }) => name)).toEqual(["config", "keys"]);
});

describe("vllm-readiness.yaml", () => {
  const manifest = new Manifest("vllm-readiness.yaml");
  const [prober, vllm] = [manifest.container("prober"), manifest.container("vllm")];

  test("is ready by what the prober says of the model that this very server is told to serve", () => {
    const { config, problems } = load(manifest.config());
    // As it has to be here: a pod's containers share their loopback.
    expect(problems).toEqual([
      expect.stringMatching(/right only for a server in this very container or pod/),
    ]);
    const [deployment] = config.deployments;
    expect(deployment?.backend.base.origin).toBe(`http://127.0.0.1:${vllm.ports[0]?.containerPort}`);
    const served = vllm.args[vllm.args.indexOf("--served-model-name") + 1];
    expect(deployment?.expected).toBe(served);
    expect(prober.readinessProbe?.httpGet).toEqual({ path: `/readyz/${deployment?.alias}`, port: "prober" });
    expect(vllm.readinessProbe).toBeUndefined();
  });

  test("runs a prober that is a sidecar", () => {
    expect(prober.restartPolicy).toBe("Always");
    expect(refusal(prober.args)).toBeNull();
    expect(prober.ports).toEqual([{ name: "prober", containerPort: DEFAULTS.prober.port }]);
  });
});
