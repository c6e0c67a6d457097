import { isRoutable, REASONS, WARNINGS } from "@rollcall/contract";
import type { ProbedDeployment } from "@rollcall/prober";
import { systemClock } from "@rollcall/runtime";
import type { Check } from "../check.ts";
import { fails, fine, warns, type Finding } from "../finding.ts";

/** Every backend, probed once as the prober does it, in its words. */
export const backendsCheck: Check<BackendFacts> = {
  name: "backends",
  async gather({ config, secrets, daemons }) {
    const { probeOnce } = await import("@rollcall/prober");
    const known = daemons.flatMap(({ status }) => status?.deployments ?? []);
    return { probed: await probeOnce(config, secrets, systemClock), known };
  },
  judge: ({ probed, known }) => probed.flatMap((one) => judgeDeployment(withHistory(one, known))),
};

interface BackendFacts {
  readonly probed: readonly ProbedDeployment[];
  /** What a running prober says. */
  readonly known: readonly ProbedDeployment[];
}

/** That nothing answers one look can tell, but not whether it loads, is late or gone: that takes a history. */
function withHistory(one: ProbedDeployment, known: BackendFacts["known"]): ProbedDeployment {
  const { deployment, check, reason } = one;
  const before = known.find((other) => other.deployment === deployment && other.check === check);
  const isSame = before !== undefined && REASONS[before.reason].absence && REASONS[reason].absence;
  return isSame ? { ...one, reason: before.reason, detail: before.detail, hint: before.hint } : one;
}

function judgeDeployment(deployment: ProbedDeployment): readonly Finding[] {
  const subject = `${deployment.alias} (${deployment.deployment})`;
  const said = deployment.warnings.map((warning) => {
    const { meaning, fix } = WARNINGS[warning];
    return warns(subject, withDetail(meaning, noticeOf(deployment, warning)), fix);
  });
  if (isRoutable(deployment)) return said.length > 0 ? said : [fine(subject, "ready")];
  const { reason, detail, hint, drained } = deployment;
  const { meaning, fix, severity } = REASONS[reason];
  const observed = drained === undefined ? detail : `probes find: ${drained.observed}`;
  const remedy = hint === "" ? fix : hint;
  return [
    (severity === "info" ? warns : fails)(subject, withDetail(`${reason}: ${meaning}`, observed), remedy),
    ...said,
  ];
}

function noticeOf({ notices }: ProbedDeployment, warning: string): string {
  return notices.find(({ code }) => code === warning)?.detail ?? "";
}

function withDetail(meaning: string, detail: string): string {
  return detail === "" ? meaning : `${meaning.replace(/\.$/, "")} (${detail})`;
}
