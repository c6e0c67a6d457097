import { envNameOf } from "./secret-ref.ts";
import type { Path } from "./problem.ts";
import { isSecretSetting } from "./rollcall-section.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A reference to a variable that the environment has not. */
export interface UnsetVariable {
  readonly path: Path;
  readonly name: string;
}

interface Resolved {
  readonly value: unknown;
  readonly unset: readonly UnsetVariable[];
}

/**
 * Puts values in place of `os.environ/NAME` wherever LiteLLM does: every string that is the value of a key, however deep.
 * A bare string in a list is left alone, as LiteLLM leaves it. Secrets stay references, so that they can change
 * without a new config and never stand in it.
 */
export function resolveEnvironment(written: unknown, env: Environment): Resolved {
  const unset: UnsetVariable[] = [];
  const walk = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) {
      return value.map((item, index) => (typeof item === "string" ? item : walk(item, [...path, index])));
    }
    if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
      const entries = Object.entries(value)
        // `api_key:` with nothing behind it is as good as no key at all.
        .filter(([, part]) => part !== null)
        .map(([key, part]) => [key, walk(part, [...path, key])]);
      return Object.fromEntries(entries);
    }
    if (typeof value !== "string" || isSecret(path)) return value;
    const name = envNameOf(value);
    if (name === null) return value;
    // Own ones alone: every object answers to names such as `constructor`.
    const found = Object.hasOwn(env, name) ? env[name] : undefined;
    if (found === undefined) unset.push({ path, name });
    return found ?? value;
  };
  return { value: walk(written, []), unset };
}

const SECRETS: ReadonlySet<unknown> = new Set(["api_key", "master_key", "extra_headers", "headers"]);

function isSecret(path: Path): boolean {
  // What stands in a body is no secret of ours, whatever it is called.
  if (path.includes("extra_body")) return false;
  return path.some((step) => SECRETS.has(step)) || isSecretSetting(path);
}
