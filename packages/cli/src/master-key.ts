import path from "node:path";
import { loadConfig, resolveSecret } from "@rollcall/runtime";
import type { Environment } from "@rollcall/contract";

/** The key that apps send, where the config has one that can be read here. */
export function masterKeyOf(file: string, env: Environment): string | null {
  const { config, env: fullEnv } = loadConfig(file, env, { inContainer: false });
  if (config === null) return null;
  const secret = resolveSecret(config.masterKey, {
    env: { ...fullEnv, ...config.environment },
    directory: path.dirname(path.resolve(file)),
  });
  return secret.ok ? secret.value : null;
}
