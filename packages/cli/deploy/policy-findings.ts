import { POLICY_EXCEPTIONS, type PolicyException } from "./policy-exceptions.ts";

export interface PolicyFinding {
  readonly check: string;
  /** `kind/name`. */
  readonly of: string;
}

interface KubeScoreObject {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly summary: string }[] | null;
  }[];
}

/** kube-score's best grade. */
const ALL_OK = 10;

/** From `kube-score score --output-format json`. */
export function readKubeScore(text: string): readonly PolicyFinding[] {
  return (JSON.parse(text) as KubeScoreObject[]).flatMap(({ type_meta, object_meta, checks }) =>
    checks
      .filter(({ grade, skipped }) => !skipped && grade < ALL_OK)
      .flatMap(({ check, comments }) =>
        (comments ?? [{ summary: "" }]).map(({ summary }) => ({
          check: `kube-score ${check.id} ${summary}`.trim(),
          of: `${type_meta.kind}/${object_meta.name}`,
        })),
      ),
  );
}

interface CheckovReport {
  readonly results: {
    readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[];
  };
}

/** From `checkov --output json`, whose resources are `Kind.namespace.name`. */
export function readCheckov(text: string): readonly PolicyFinding[] {
  const { results } = JSON.parse(text) as CheckovReport;
  return results.failed_checks.map(({ check_id, resource }) => {
    const [kind = "", , ...name] = resource.split(".");
    return { check: check_id, of: `${kind}/${name.join(".")}` };
  });
}

export function isException({ check, of }: PolicyFinding, exception: PolicyException): boolean {
  return exception.checks.includes(check) && (exception.only?.test(of) ?? true);
}

/** Findings that no exception explains. */
export function unexplained(findings: readonly PolicyFinding[]): readonly string[] {
  return findings
    .filter((finding) => !POLICY_EXCEPTIONS.some((exception) => isException(finding, exception)))
    .map(({ check, of }) => `${of}: ${check}`);
}
