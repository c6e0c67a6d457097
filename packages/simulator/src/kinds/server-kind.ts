import type { Answer } from "../vllm/answer.ts";
import type { Call, Route } from "../vllm/call.ts";
import type { Dialect } from "../vllm/dialect.ts";
import type { Stage } from "../vllm/engine.ts";
import type { Task } from "../vllm/task.ts";

/** What a kind of server does differently from the others. They all share one engine. */
export interface ServerKind {
  readonly dialect: Dialect;
  /** The version it says it is, unless told otherwise. */
  readonly version: string;
  /** What its model is for, unless told otherwise. */
  readonly tasks: readonly Task[];
  /** Whether the port opens before the model is loaded. */
  readonly listensWhileLoading: boolean;
  /** After SIGTERM it refuses connections at once, and its streams are silent for so long before they are cut. */
  readonly silentOnTerminateMs?: number;
  /** Paths that need the key, where keys are set. */
  guards(path: string, stage: Stage): boolean;
  readonly unauthorized: Answer;
  /** Total: its own 404 and 405 are routes too. */
  routeFor(call: Call): Route;
}

/** For `guards`: every path that does not begin with one of these. */
export function allBut(...open: readonly string[]): (path: string) => boolean {
  return (path) => !open.some((prefix) => path.startsWith(prefix));
}

/** For `guards`: every path but exactly these. */
export function allButExactly(...open: readonly string[]): (path: string) => boolean {
  return (path) => !open.includes(path);
}
