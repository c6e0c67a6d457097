/** A path into the written config: keys and list indexes. */
export type Path = readonly (string | number)[];

/** One complaint about the config. Errors keep a daemon from starting; warnings do not. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly path: Path;
  /** What was found, what was expected, what to do. */
  readonly message: string;
  /** What it comes to, where it is more than a slip of the pen. */
  readonly meaning?: Meaning;
  readonly at: Position;
}

/**
 * `left_out`: the entry is not served. `out_of_use`: nor is it meant to be, as it says itself. `differs`: it is read, with another effect than in LiteLLM. `unsupported`: a setting
 * of LiteLLM's that has no effect here.
 */
export type Meaning = "left_out" | "out_of_use" | "differs" | "unsupported";

/** Where in which file; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A complaint that does not know its place yet. */
export type Complaint = Omit<Problem, "at">;

export function error(path: Path, message: string): Complaint {
  return { severity: "error", path, message };
}

export function warning(path: Path, message: string): Complaint {
  return { severity: "warning", path, message };
}

export function leavesOut(path: Path, message: string): Complaint {
  return { severity: "warning", path, message, meaning: "left_out" };
}

export function outOfUse(path: Path, message: string): Complaint {
  return { severity: "warning", path, message, meaning: "out_of_use" };
}

export function differs(path: Path, message: string): Complaint {
  return { severity: "warning", path, message, meaning: "differs" };
}

export function unsupported(path: Path, message: string): Complaint {
  return { severity: "warning", path, message, meaning: "unsupported" };
}

/** `model_list[0].litellm_params.api_base` */
export function printPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`),
    "",
  );
}

/** `config.yaml:3:5: error: model_list[0].litellm_params.api_base: …` */
export function printProblem(problem: Problem): string {
  const { file, line, column } = problem.at;
  const path = problem.path.length === 0 ? "" : `${printPath(problem.path)}: `;
  return `${file}:${line}:${column}: ${problem.severity}: ${path}${problem.message}`;
}

/**
 * A complaint as a log may have it: what it quotes of the config may be a host, a name or a key. What it proposes instead
 * is a word of ours, or an alias.
 */
export function withoutQuotes(complaint: string): string {
  return complaint.replaceAll(/(did you mean )?"(?:[^"\\]|\\.)*(?:"|$)/g, (text, isProposed?: string) =>
    isProposed === undefined ? '"…"' : text,
  );
}
