import type { Peer } from "./peer.ts";
import { PythonPackage } from "./python.ts";

const PACKAGE = new PythonPackage("vllm-router", "vllm-router==0.1.17");

export const VLLM_ROUTER_PROGRAM = PACKAGE.program("vllm-router");

export const VLLM_ROUTER_PEER: Peer = {
  name: "vllm-router",
  version: () => PACKAGE.version(),
  install: PACKAGE.install,
};
