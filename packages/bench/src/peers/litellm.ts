import type { Peer } from "./peer.ts";
import { PythonPackage } from "./python.ts";

const PACKAGE = new PythonPackage("litellm", "litellm[proxy]==1.106.*");

export const LITELLM_PROGRAM = PACKAGE.program("litellm");

/** It would fetch a price list and send telemetry, and ask a proxy of the machine for loopback. */
export const LITELLM_ENVIRONMENT = {
  LITELLM_LOCAL_MODEL_COST_MAP: "True",
  LITELLM_TELEMETRY: "False",
  NO_PROXY: "127.0.0.1",
};

export const LITELLM_PEER: Peer = {
  name: "LiteLLM",
  version: () => PACKAGE.version(),
  install: PACKAGE.install,
};
