import type { Deployment } from "@rollcall/contract";
import { canaryFor, looksBroken, readCanary } from "../read/canary.ts";
import { fault, type Outcome } from "../read/outcome.ts";
import { PROBE_TIMEOUT } from "../read/failure.ts";
import type { ProbeExchange, TokenReply } from "../read/probe-result.ts";
import type { Target } from "../remember/target.ts";
import { ProbeSession, type ProbeContext } from "./probe-session.ts";

/** The first token after a start may wait for kernels to be compiled. */
const TIMEOUT_MS = 10_000;

/** One "!" may be meant, this many are not. */
const BROKEN_TOKENS = 8;

export interface CanaryResult {
  /** Null: it generates, or its mode has no smallest request. */
  readonly outcome: Outcome | null;
  /** What was asked, one a request, and what came back. */
  readonly exchanges: readonly ProbeExchange[];
}

/** Asks a deployment for one token, and for some more where the first one looks broken. */
export async function askCanary(
  target: Target,
  { mode, expected }: Pick<Deployment, "mode" | "expected">,
  context: ProbeContext,
): Promise<CanaryResult> {
  const session = new ProbeSession(target, { ...context, timeoutMs: TIMEOUT_MS });
  const post = async (tokens: number) => {
    const canary = canaryFor(mode, expected, tokens);
    return canary === null ? null : session.ask(session.apiPath + canary.path, TIMEOUT_MS, canary.body);
  };
  const { exchanges } = session;
  try {
    const response = await post(1);
    if (response === null) return { outcome: null, exchanges };
    if (!looksBroken(response, 1)) return { outcome: readCanary(response), exchanges };
    const more = await post(BROKEN_TOKENS);
    const broken = more !== null && looksBroken(more, BROKEN_TOKENS);
    return { outcome: broken ? ALL_THE_SAME : readCanary(response), exchanges };
  } finally {
    session.close();
  }
}

/** Does an engine that says that it is idle generate? Null where the answer says neither, or the mode has no such request. */
export async function askToken(
  session: ProbeSession,
  { mode, expected }: Pick<Deployment, "mode" | "expected">,
): Promise<TokenReply | null> {
  const canary = canaryFor(mode, expected);
  if (canary === null) return null;
  const own = new ProbeSession(session.target, { ...session.context, timeoutMs: TIMEOUT_MS });
  const response = await own.ask(session.apiPath + canary.path, TIMEOUT_MS, canary.body);
  own.close();
  session.exchanges.push(...own.exchanges);
  if (response.kind === "response") return "came";
  return response.code === PROBE_TIMEOUT ? "none" : null;
}

const ALL_THE_SAME = fault("canary_failed", `${BROKEN_TOKENS} tokens are all "!"`, {
  fix: "Try another dtype or a newer version: NaN in the logits makes every token the same.",
});
