import path from "node:path";
import { loadConfig, resolveSecret } from "@rollcall/runtime";
import type { Environment } from "@rollcall/contract";

/** The key that apps send, where the config has one that can be read here; the first of several. */
export function masterKeyOf(file: string, env: Environment): string | null {
  const { config, env: fullEnv } = loadConfig(file, env, { inContainer: false });
  if (config === null) return null;
  const source = {
    env: { ...fullEnv, ...config.environment },
    directory: path.dirname(path.resolve(file)),
  };
  const found = config.masterKeys.map((ref) => resolveSecret(ref, source)).find(({ ok }) => ok);
  return found?.ok === true ? found.value : null;
}
