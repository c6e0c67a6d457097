import { existsSync } from "node:fs";
import type { Environment } from "@rollcall/contract";
import { EXIT, StartError } from "@rollcall/runtime";

/** Where the image, the units and the manifests have it. */
const USUAL_CONFIG = "/etc/rollcall/config.yaml";

/** Flag and description, the same for all commands that start a daemon. */
export const CONFIG = [
  "-c, --config <file>",
  `LiteLLM's config.yaml, or - for standard input (default: the variable CONFIG_FILE_PATH, then ${USUAL_CONFIG})`,
] as const;

/** The config to start with: flag, then LiteLLM's variable, then the usual place. Throws StartError where there is none. */
export function findConfig(given: string | undefined, env: Environment, exists = existsSync): string {
  const named = given ?? env["CONFIG_FILE_PATH"] ?? "";
  if (named !== "") return named;
  if (exists(USUAL_CONFIG)) return USUAL_CONFIG;
  throw new StartError(
    `no config: name one with --config or CONFIG_FILE_PATH, or put it at ${USUAL_CONFIG}; \`rollcall --help\` lists the commands`,
    EXIT.usage,
  );
}
