import { hash, hex8 } from "../random.ts";
import type { Settings } from "../settings.ts";

/** vLLM ≥ 0.21: the version and a hash of the configuration, so it changes when the weights do. */
export function vllmFingerprint({ version, root, maxModelLen }: Settings): string {
  return `vllm-${version}-${hex8(hash(`${root} ${maxModelLen}`))}`;
}
