import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const KUBERNETES = path.join(ROOT, "deploy/kubernetes");

// The contract package reads YAML; this one has no use for it outside of tests.
const yaml = createRequire(path.join(ROOT, "packages/contract/package.json"))("yaml") as {
  parseAllDocuments(text: string, options: object): YamlDocument[];
};

interface YamlDocument {
  readonly errors: readonly Error[];
  readonly warnings: readonly Error[];
  toJS(): unknown;
}

/** Every document of a file. Throws with all that its parser complains of. */
export function parseYaml(text: string): unknown[] {
  return yaml.parseAllDocuments(text, { merge: true }).map((document) => {
    const complaints = [...document.errors, ...document.warnings];
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
    return document.toJS();
  });
}

export interface HttpProbe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly restartPolicy?: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe: HttpProbe;
  readonly readinessProbe?: HttpProbe;
  readonly startupProbe?: HttpProbe;
  readonly resources: { readonly requests: Readonly<Record<string, string>> };
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Pod {
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext: object;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string; readonly emptyDir?: object }[];
}

type Labels = Readonly<Record<string, string>>;

export interface Workload {
  readonly replicas?: number;
  readonly serviceName?: string;
  readonly selector: { readonly matchLabels: Labels };
  readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: Pod };
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
}

export interface PolicyRule {
  readonly from?: readonly object[];
  readonly ports: readonly { readonly port: number }[];
}

export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Labels };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: unknown;
}

/** The objects of a file below deploy/kubernetes, or of a text. */
export class Manifest {
  readonly objects: readonly KubernetesObject[];

  constructor(from: string | { readonly text: string }) {
    const text = typeof from === "string" ? readFileSync(path.join(KUBERNETES, from), "utf8") : from.text;
    this.objects = parseYaml(text) as KubernetesObject[];
  }

  all(kind: string): readonly KubernetesObject[] {
    return this.objects.filter((object) => object.kind === kind);
  }

  workloads(): readonly (KubernetesObject & { readonly spec: Workload })[] {
    return this.objects.filter(({ kind }) => /^(Deployment|StatefulSet)$/.test(kind)) as never;
  }

  /** Of all pods, sidecars among them. */
  containers(): readonly Container[] {
    return this.workloads().flatMap(({ spec }) => {
      const { initContainers = [], containers } = spec.template.spec;
      return [...initContainers, ...containers];
    });
  }

  container(name: string): Container {
    const found = this.containers().find((container) => container.name === name);
    if (found === undefined) throw new Error(`no container is called ${name}`);
    return found;
  }

  /** What stands in the ConfigMap. */
  config(): string {
    return this.all("ConfigMap")[0]?.data?.["config.yaml"] ?? "";
  }
}
