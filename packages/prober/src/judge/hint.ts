import { didYouMean, isPattern, REASONS, type Reason } from "@rollcall/contract";

interface Finding {
  readonly reason: Reason;
  readonly expected: string;
  readonly found: readonly string[];
  /** What the evidence of this very case says. */
  readonly fix?: string | undefined;
}

/** A name with line breaks or escape sequences in it is shown quoted, but never put into a line to be copied. */
const PRINTABLE = /^\P{C}+$/u;

/** One line that says what to do, with the names at hand where there are some. */
export function hintFor({ reason, expected, found, fix: special }: Finding): string {
  if (reason === "ok") return "";
  if (reason !== "wrong_name") return special ?? REASONS[reason].fix;
  const served = found.map((name) => JSON.stringify(name)).join(", ");
  const only = found.length === 1 ? found[0] : undefined;
  const fix =
    only === undefined || !PRINTABLE.test(only) || isPattern(expected)
      ? REASONS.wrong_name.fix
      : `Set litellm_params.model to openai/${only}, or start the backend with --served-model-name ${expected}.`;
  return `The config expects ${JSON.stringify(expected)}, the backend serves ${served}${didYouMean(expected, found) || "."} ${fix}`;
}
