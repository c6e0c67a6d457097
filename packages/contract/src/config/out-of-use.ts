import type { Environment } from "./environment.ts";
import { leavesOut, outOfUse, type Complaint } from "./problem.ts";
import type { WrittenDeployment } from "./written.ts";

/** LiteLLM knows these and no others. */
const ENVIRONMENTS: readonly string[] = ["development", "staging", "production"];

const VARIABLE = "LITELLM_ENVIRONMENT";

interface OutOfUse {
  /** Said to apps, which learn nothing of what stands in the config. */
  readonly why: string;
  /** Without its place. */
  readonly complaint: Complaint;
}

const elsewhere = (complaint: Complaint): OutOfUse => ({
  why: "it is not served in this environment",
  complaint,
});

/**
 * Does the entry say itself that it is not to be served, here or at all? LiteLLM's rules: `blocked` has to be `true`, and an
 * entry with `supported_environments` is served only where `LITELLM_ENVIRONMENT` is one of them.
 */
export function readOutOfUse(info: WrittenDeployment["model_info"], env: Environment): OutOfUse | null {
  if (info?.blocked === true) {
    const complaint = outOfUse(["blocked"], "is true: the entry is left out until it is not");
    return { why: "it is blocked", complaint };
  }
  const environments = info?.supported_environments;
  if (environments === undefined) return null;
  const path = ["supported_environments"];
  const here = env[VARIABLE];
  const expected = ENVIRONMENTS.join(", ");
  if (here === undefined || here === "")
    return elsewhere(
      leavesOut(path, `${VARIABLE} is not set: the entry is left out until it is one of ${expected}`),
    );
  if (!ENVIRONMENTS.includes(here))
    return elsewhere(leavesOut(path, `${VARIABLE} is not one of ${expected}: the entry is left out`));
  const unknown = environments.find((name) => !ENVIRONMENTS.includes(name));
  if (unknown !== undefined) {
    const found = `found ${JSON.stringify(unknown)}, expected one of ${expected}: the entry is left out`;
    return elsewhere(leavesOut(path, found));
  }
  if (environments.includes(here)) return null;
  return elsewhere(outOfUse(path, `the entry is left out: ${VARIABLE} is ${here}`));
}
