import { hash, hex8, hexFrom } from "../random.ts";
import { type Call, seconds } from "./call.ts";
import type { Settings } from "../settings.ts";

/** A client's X-Request-Id becomes part of the id; vLLM does not send it back as a header by default. */
export function answerId(call: Call, prefix: string): string {
  const given = call.seen.headers["x-request-id"];
  return `${prefix}-${typeof given === "string" ? given : hexFrom(call.backend.random)}`;
}

export function createdNow(call: Call): number {
  return seconds(call.backend.now());
}

/** vLLM ≥ 0.21: the version and a hash of the configuration, so it changes when the weights do. */
export function fingerprint({ version, root, maxModelLen }: Settings): string {
  return `vllm-${version}-${hex8(hash(`${root} ${maxModelLen}`))}`;
}
