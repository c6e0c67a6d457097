import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Peer } from "./peer.ts";

/** The command line's entry, which Node runs as it is. */
export const ROLLCALL_MAIN = fileURLToPath(import.meta.resolve("../../../cli/src/main.ts"));
const PACKAGE = fileURLToPath(import.meta.resolve("../../../cli/package.json"));

export const ROLLCALL_PEER: Peer = {
  name: "Rollcall",
  version: async () => (JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string }).version,
  install: [],
};
