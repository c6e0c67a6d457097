export type FindingState = "ok" | "warn" | "fail";

/** What a check says of one thing: subject, state, remedy. For operators: hosts may stand in it, keys never. */
export interface Finding {
  readonly state: FindingState;
  /** What was looked at: a path, an address, a deployment. */
  readonly subject: string;
  /** How it is, in one line. */
  readonly detail: string;
  /** What to do; absent where nothing is to be done. */
  readonly remedy?: string;
}

/** A finding and the name of the check that it is of. */
export interface CheckFinding extends Finding {
  readonly check: string;
}

export function fine(subject: string, detail: string): Finding {
  return { state: "ok", subject, detail };
}

export function warns(subject: string, detail: string, remedy: string): Finding {
  return { state: "warn", subject, detail, remedy };
}

export function fails(subject: string, detail: string, remedy: string): Finding {
  return { state: "fail", subject, detail, remedy };
}

const RANK: Readonly<Record<FindingState, number>> = { ok: 0, warn: 1, fail: 2 };

/** The worst of several states; that of none is ok. */
export function worstOf(findings: readonly Pick<Finding, "state">[]): FindingState {
  let worst: FindingState = "ok";
  for (const { state } of findings) if (RANK[state] > RANK[worst]) worst = state;
  return worst;
}
