import type { Peer } from "./peer.ts";
import { PythonPackage } from "./python.ts";

const PACKAGE = new PythonPackage("sglang-router", "sglang-router==0.3.2");

export const SGLANG_ROUTER_PROGRAM = PACKAGE.program("smg");

export const SGLANG_ROUTER_PEER: Peer = {
  name: "SGLang-router",
  version: () => PACKAGE.version(),
  install: PACKAGE.install,
};
