import type { Settings } from "@rollcall/runtime";

/** `rollcall.keys.pepper`; null where there is none. */
export function pepperOf({ config, secrets }: Settings): string | null {
  return config.keys.pepper === null ? null : secrets.value(config.keys.pepper);
}
