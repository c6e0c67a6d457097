import { DISABLED_BY, REASONS, WARNINGS } from "@rollcall/contract";
import type { DeploymentFacts } from "./facts.ts";
import { warningsOf } from "./words.ts";

/** What to do about one deployment: words, and lines to copy where the evidence supports them. */
export interface Act {
  readonly text: string;
  readonly lines: readonly ActLine[];
}

export interface ActLine {
  /** Where it goes. */
  readonly label: string;
  readonly line: string;
}

export function actOf(facts: DeploymentFacts): Act {
  const { verdict } = facts;
  const { reason, hint } = verdict;
  if (verdict.ready && verdict.nameMatches === true) {
    const [warning] = warningsOf(verdict);
    return { text: warning === undefined ? REASONS.ok.fix : WARNINGS[warning].fix, lines: [] };
  }
  const lines = LINES[reason]?.(facts) ?? [];
  const { fix } = REASONS[reason];
  // A hint repeats both names before it says what to do; where there are lines the names stand beside them.
  return { text: lines.length > 0 || hint === "" ? fix : hint, lines };
}

type Lines = (facts: DeploymentFacts) => readonly ActLine[];

const LINES: Partial<Record<keyof typeof REASONS, Lines>> = {
  wrong_name: ({ verdict: { found, expected }, kind, index }) => {
    const [only] = found;
    if (only === undefined || found.length > 1 || !isPrintable(only)) return [];
    const named: ActLine = {
      label: `In the config, model_list[${index}].litellm_params`,
      line: `model: ${yaml(`openai/${only}`)}`,
    };
    const takesName = kind === "vllm" || kind === "sglang";
    return takesName && isPrintable(expected)
      ? [named, { label: "Or start the backend with", line: `--served-model-name ${shell(expected)}` }]
      : [named];
  },
  asleep: ({ address, kind }) =>
    address === "" || kind !== "vllm"
      ? []
      : [{ label: "In a shell", line: `curl -X POST ${shell(`${address}/wake_up`)}` }],
  drained: ({ verdict: { deployment, drained } }) =>
    drained === undefined || drained.by === DISABLED_BY || !isPrintable(deployment)
      ? []
      : [{ label: "In a shell", line: `rollcall undrain ${shell(deployment)}` }],
};

function isPrintable(name: string): boolean {
  return name !== "" && name.length <= 200 && !/\p{C}/u.test(name);
}

/** A scalar as YAML reads it back. */
function yaml(text: string): string {
  return /^[A-Za-z][\w./@+-]*$/.test(text) ? text : JSON.stringify(text);
}

/** One word of a POSIX shell. */
function shell(text: string): string {
  return /^[\w./@%+:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
